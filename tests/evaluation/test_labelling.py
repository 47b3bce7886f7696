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
    codes, classes = labelling.join(np.int16([-1] * 4), [], KEYS, {"a.png": "b", "b/d.png": 3})
    assert (codes.tolist(), classes) == ([1, -1, 0, 1], [3, "b"])
    same = np.uint8([0, 1, 1, 0])
    assert labelling.join(same, [3, 4], KEYS, {})[0] is same


def test_a_table_that_names_other_images_is_refused():
    words = "names 2 images that are not there, such as z: images are called like a.png"
    with pytest.raises(InputError, match=words):
        labelling.join(np.int16([-1] * 4), [], KEYS, {"z": "x", "y": "x"})


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


def test_classes_called_none_and_01_are_counted_as_what_they_are():
    table = {"label": ["none", "none", "01", "1", ""], "a_label": ["none", "", "1", "1", "01"]}
    assert scores.confusions(table, ["a"]) == [
        ("a", "01", "1", 1),
        ("a", "1", "1", 1),
        ("a", "none", "", 1),
        ("a", "none", "none", 1),
    ]
