"""Labels of any names and any number, and clusters that no label can be taken for."""

import numpy as np
import pytest

from mnist_clustering.figures import captions as labels
from tests.support.drawings import (
    assert_within_the_page,
    confusions,
    digits,
    figure_of,
    finished,
    study,
    texts,
)


def test_labels_are_numbers_or_texts_or_none():
    names, codes = labels.encode(np.array([10.0, np.nan, 2]), np.array([2, 7, 10], dtype=np.uint8))
    assert names == ["2", "7", "10"]
    assert [code.tolist() for code in codes] == [[2, -1, 0], [0, 1, 2]]
    names, codes = labels.encode(np.array(["b", "", "a"]), np.array(["a", "none", "01"]))
    assert names == ["01", "a", "b", "none"]
    assert [code.tolist() for code in codes] == [[2, -1, 1], [1, 3, 0]]


@pytest.mark.parametrize("name", ["map_2d", "map_3d", "confusion", "confused"])
def test_labels_may_have_any_names_and_any_number(name):
    n = 25
    images, _, positions = digits()
    long = ["an uncommonly long name of a beast", "bumble bee"]
    names = np.array([*long, *(f"label {i}" for i in range(n - 2))])
    rng = np.random.default_rng(0)
    true, given = names[rng.integers(n, size=(2, len(images)))]
    given[:50] = ""
    table = {
        "label": true,
        "clusters_2d_label": given,
        "clusters_2d": rng.integers(n, size=len(images)),
        "clusters_3d": rng.integers(n, size=len(images)),
        "misplaced": rng.random(len(images)),
    }
    parts = ("pixels", "clusters_2d", "clusters_3d")
    results = {
        "map_2d": (positions[:, :2], table),
        "map_3d": (positions, table),
        "confusion": (
            confusions(dict.fromkeys(parts, (true, given))),
            {part: {"test": {"accuracy": 0.5}} for part in parts},
        ),
        "confused": (images, table),
    }
    figure = finished(figure_of(name, results[name]))
    assert_within_the_page(figure)


def test_clusters_without_a_label_are_shown_as_such():
    for name in ("centroids", "confusion"):
        for k in (10, 12):
            written = " ".join(texts(figure_of(name, study(k)[name])()))
            assert ("no label" in written or "–" in written) == (k == 12)
