"""Labels that come later: for some images, by path, whatever their names."""

import numpy as np
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.evaluation import labelling, scores

KEYS = ["a.png", "b/c.png", "b/d.png", "a.png"]


def test_later_labels_join_and_replace_others():
    codes, classes = labelling.join(
        np.uint8([0, 1, 1, 0]), [3, "cat"], KEYS, {"a.png": "dog", "b/d.png": "3"}
    )
    assert codes.tolist() == [2, 1, 0, 2]
    assert classes == [3, "cat", "dog"]
    same = np.uint8([0, 1, 1, 0])
    assert labelling.join(same, [3, 4], KEYS, {})[0] is same


def test_rows_of_the_table():
    rows = [["1", "a.png", " dog "], ["2", "b.png", ""], ["3"], ["4", "a.png", "dog"]]
    assert labelling.read(["n", "Path", "label"], rows) == {"a.png": "dog"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: labelling.read(["file", "label"], []), "columns file, label, but needs path and"),
        (
            lambda: labelling.read(["path", "label"], [["a", "x"], ["a", "y"]]),
            "gives a two labels, x and y: keep one",
        ),
        (
            lambda: labelling.join(np.int16([-1] * 4), [], KEYS, {"z": "x", "y": "x"}),
            "names 2 images that are not there, such as z: images are called like a.png",
        ),
    ],
)
def test_a_wrong_table_is_named(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_scores_are_those_of_the_labelled_alone():
    rng = np.random.default_rng(0)
    labels, clusters = rng.integers(0, 5, 300), rng.integers(0, 7, 300)
    labels[::3] = -1
    known = labels >= 0
    some = scores.name_clusters(labels, clusters, 7, 5)
    assert some == scores.name_clusters(labels[known], clusters[known], 7, 5)
    found = scores.score(labels, clusters, some["majority"], 5)
    assert found == scores.score(labels[known], clusters[known], some["majority"], 5)
    none = np.full(300, -1)
    assert scores.score(none, clusters, [None] * 7, 0) == {"summary": {}, "details": {}}
    assert scores.name_clusters(none, clusters, 7, 0)["majority"] == [None] * 7


def test_a_cluster_without_labelled_images_has_no_name():
    table = np.array([[3, 0], [0, 0], [0, 2]])
    assert scores.one_to_one(table) == [0, None, 1]
    assert scores.majority(table) == [0, None, 1]
