"""Images and labels that do not fit each other are refused, each kind in one sentence."""

import numpy as np
import pytest

from mnist_clustering import limits as fitting
from mnist_clustering.errors import InputError
from mnist_clustering.images import checking
from tests.support.situations import seen

IMAGES = np.arange(60 * 4, dtype=np.uint8).reshape(60, 2, 2)
LABELS = np.arange(60, dtype=np.uint8) % 7
NONE = LABELS[:0]


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ((IMAGES[:50], LABELS), (IMAGES, LABELS), "train has 50 images, but 60 labels"),
        ((IMAGES, LABELS), (IMAGES, LABELS[:59]), f"but 59 labels: {seen('number-of-labels')}"),
        ((LABELS, IMAGES), (IMAGES, LABELS), "images of train are .*: swap the two files"),
        ((IMAGES, LABELS), (IMAGES, IMAGES), "labels of shape .60, 2, 2.*: give a file of each"),
        ((IMAGES, LABELS), (IMAGES[:, :1], LABELS), "2 x 2 pixels and those of test 1 x 2"),
        ((IMAGES * 0, LABELS), (IMAGES, LABELS), "all 60 training images are black all over"),
        ((IMAGES[[3] * 9], NONE), (IMAGES, LABELS), "all 9 training images are copies of one"),
    ],
)
def test_parts_that_do_not_fit(train, test, words):
    with pytest.raises(InputError, match=words) as caught:
        checking.check_parts({"train": train, "test": test})
    assert "\n" not in str(caught.value)


def test_parts_may_lack_labels_or_test():
    checking.check_parts({"train": (IMAGES, NONE), "test": (IMAGES, LABELS)})
    checking.check_parts({"train": (IMAGES, LABELS), "test": (IMAGES[:0], NONE)})


def test_labels_become_codes_of_classes():
    labels = np.array([9, 255, 2, 9], dtype=np.uint8)
    codes, names = checking.name_classes(labels, None)
    assert (codes.tolist(), names) == ([1, -1, 0, 1], [2, 9])
    codes, names = checking.name_classes(labels, [*"abcdefgh"], first_label=2)
    assert (codes.tolist(), names) == ([7, -1, 0, 7], [*"abcdefgh"])
    with pytest.raises(InputError, match="labels 9, but 3 classes are named, for labels 1 to 3"):
        checking.name_classes(labels, ["a", "b", "c"], first_label=1)
    assert checking.narrow_dtype(np.int16([1, 0])).dtype == np.uint8
    assert checking.narrow_dtype(np.int16([1, -1])).dtype == np.int16


def test_few_images_lower_params_all_at_once():
    params = {
        "neighbors": {"k": 150, "test_k": 150},
        "tsne": {"perplexity": 20, "seed": 0},
        "recluster": {"k": "auto"},
        "micro": {"micro_clusters": 100},
    }
    said = fitting.lowered(params, 40)
    assert said == (
        "40 training images allow only neighbors.k 39 (not 150), neighbors.test_k 39 (not 150), "
        "tsne.perplexity 5 (not 20), micro.micro_clusters 10 (not 100)"
    )
    assert seen("few-images") in said
    assert fitting.lowered(params, 60_000) == ""
    assert fitting.fitting("recluster", params["recluster"], 40) == {"k": "auto"}
    # What is lowered fits together: three times as many neighbours as the perplexity.
    for n in range(fitting.LEAST, 200):
        lowered = {name: fitting.fitting(name, own, n) for name, own in params.items()}
        assert 3 * lowered["tsne"]["perplexity"] <= lowered["neighbors"]["k"] < n
        assert lowered["micro"]["micro_clusters"] >= 5
    with pytest.raises(InputError, match="there are 19 training images, but at least 20"):
        fitting.lowered(params, 19)
