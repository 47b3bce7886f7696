"""Images in the shapes that people have, and what is answered to what are none."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from mnist_clustering import ImageClusters, find_duplicates, find_label_errors
from mnist_clustering.errors import InputError
from tests.estimators.conftest import BRIEF
from tests.support.real import FEW, LABELS, TEST_IMAGES

NEW = TEST_IMAGES[:30]
SHAPES = {
    "bytes": lambda images: images,
    "rows": lambda images: images.reshape(len(images), -1),
    "channel": lambda images: images[..., None],
    "colours": lambda images: np.stack([images] * 3, axis=3),
    "integers": lambda images: images.astype(np.int64),
    "levels": lambda images: images.astype(np.float32),
    "unit": lambda images: images / 255,
    "list": lambda images: images.tolist(),
}


@pytest.mark.parametrize("shaped", SHAPES.values(), ids=SHAPES)
def test_one_image_has_one_place_in_whatever_shape_it_comes(of_images, shaped):
    assert np.array_equal(of_images.transform(shaped(NEW)), of_images.transform(NEW))
    assert np.array_equal(of_images.predict(shaped(NEW[:1])), of_images.predict(NEW[:1]))


def test_numbers_of_few_bits_are_scaled_as_those_fitted():
    digits = load_digits().images
    model = ImageClusters(n_clusters=5, form="frame", **BRIEF).fit(digits[:200])
    places = model.transform(digits[200:240])
    # The last one alone, and without its brightest pixels, is not stretched by its own maximum.
    assert np.array_equal(model.transform(digits[239:240]), places[-1:])
    dim = np.minimum(digits[239:240], 3)
    both = model.transform(np.concatenate([dim, digits[200:201]]))
    assert np.array_equal(model.transform(dim), both[:1])


def test_images_of_another_size_are_brought_into_form():
    digits = load_digits(n_class=3)
    chosen, names = digits.images[:60], digits.target[:60]
    model = ImageClusters(n_clusters=3, perplexity=10).fit(chosen)
    assert model.form_ == "handwriting"
    assert model.n_features_in_ == 64
    assert adjusted_rand_score(names, model.labels_) > 0.8
    # Noise is no handwriting, though it has its size.
    noise = np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    assert ImageClusters(n_clusters=2, **BRIEF).fit(noise).form_ == "frame"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (FEW[0, 0], r"X is of shape \(28,\), but images are \(n, height, width\)"),
        (FEW[:, :3].reshape(200, -1), "rows of 84 pixels, which are no square"),
        (FEW * 1j, "X holds complex128, but images are real numbers"),
        ([[1, 2], [3]], "X is no array of images of one size"),
        (FEW / 1.0 - 9, "X has values from -9"),
        (np.where(FEW[3] == FEW, np.nan, FEW), "NaN, infinite"),
        (FEW[:3], "n_samples = 3 rows, but at least 4 are needed"),
        (FEW[:4], "n_clusters is 5, but 4 rows allow a whole number from 1 to 4"),
        (np.zeros((20, 28, 28), np.uint8), "all 20 training images are black all over"),
    ],
)
def test_what_cannot_be_fitted_is_answered_in_a_sentence(given, words):
    with pytest.raises(InputError, match=words) as told:
        ImageClusters(n_clusters=5, **BRIEF).fit(given)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (NEW[:, :20, :20], "X holds images of 20 x 20 pixels, but those fitted had 28 x 28"),
        (NEW.astype(np.uint16) * 257, "X has values up to 65535"),
        (NEW[0], "rows of 28 pixels, which are no square"),
    ],
)
def test_new_images_of_another_kind_are_refused(of_images, given, words):
    with pytest.raises(InputError, match=words):
        of_images.predict(given)


def test_a_form_that_there_is_not():
    with pytest.raises(InputError, match="form is 'photo', but it must be"):
        ImageClusters(form="photo").fit(FEW)


def test_a_wrong_label_and_a_copy_are_found(of_images):
    images = np.concatenate([FEW, FEW[:1]])
    given = np.append(LABELS[:200], LABELS[0]).astype(object)
    given[[3, 5]] = [(LABELS[3] + 1) % 10, None]
    found = find_label_errors(of_images, images, given)
    place = found["index"].index(3)
    assert (found["given"][place], found["suggested"][place]) == (given[3], LABELS[3])
    assert found["certainty"][place] > 0.5
    assert 5 not in found["index"]
    with pytest.warns(UserWarning, match="^classes differ in case only, .*: A and a$"):
        find_label_errors(of_images, FEW[:20], ["a", "A"] * 10)
    copies = find_duplicates(of_images, images)
    pairs = zip(copies["first"], copies["second"], copies["kind"], strict=True)
    assert [pair for pair in pairs if pair[2] != "similar"] == [(0, 200, "identical")]


@pytest.mark.parametrize(
    ("n", "given", "said"),
    [
        (30, [None] * 30, "no image has a label, .*"),
        (30, ["a"] * 30, "all labels are the same, .*"),
        (30, [0, 1] * 10, "X has 30 rows, but y 20 labels: give one for each row"),
    ],
)
def test_what_no_label_can_be_judged_by_is_refused_in_a_sentence(of_images, n, given, said):
    with pytest.raises(InputError, match=f"^{said}$"):
        find_label_errors(of_images, FEW[:n], given)
