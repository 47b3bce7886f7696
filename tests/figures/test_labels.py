"""Labels of any names and any number, and clusters that no label can be taken for."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import theme
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


LONG = ["ant", "bumble bee", "cat", "dog", "elk", "an uncommonly long name of a beast", "g", "h"]


@pytest.mark.parametrize("n", [3, 8, 45])
@pytest.mark.parametrize("name", ["map_2d", "map_3d", "confusion", "confused"])
def test_labels_may_have_any_names_and_any_number(name, n):
    images, _, positions = digits()
    names = np.array([*LONG, *(f"label {i}" for i in range(40))][:n])
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
    for name in ("centroids", "map_2d", "confusion", "clusters"):
        for k in (10, 12):
            written = " ".join(texts(figure_of(name, study(k)[name])()))
            assert ("no label" in written or "–" in written) == (k == 12)


def test_the_map_has_a_key_to_its_colours_and_says_how_to_read_it():
    positions, clusters = study(10)["map_2d"]
    figure = figure_of("map_2d", (positions, clusters), title="The map of another route")()
    assert figure.texts[0].get_text() == "The map of another route"
    assert "distances between islands, and their sizes, mean little" in " ".join(
        figure.texts[1].get_text().split()
    )
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == [*"0123456789"]
    colours = {to_rgb(line.get_color()) for line in key.get_lines()}
    assert colours == {to_rgb(colour) for colour in theme.PALETTES["contrast"]}
    # No cluster has a name that could be taken for a label.
    names = {text.get_text() for text in figure.axes[1].texts}
    assert names == {f"c{cluster}" for cluster in range(10)}
