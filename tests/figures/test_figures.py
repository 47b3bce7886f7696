"""Each drawing from small real data: a PNG, the same each time, whatever the clusters."""

import importlib
import io
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import centroids, theme
from stages import pictures
from tests.support.drawings import (
    MODULES,
    OPTIONS,
    assert_within_the_page,
    captions,
    figure_of,
    finished,
    overlapping,
    study,
    texts,
)


@pytest.mark.parametrize("name", MODULES)
def test_each_drawing_is_a_png_of_its_inputs_alone_for_any_page(name):
    make, before = figure_of(name, study(12)[name]), dict(mpl.rcParams)
    png = page.render(make, 60)
    assert dict(mpl.rcParams) == before
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.dpi": 10}):
        assert page.render(make, 60) == png
    image = Image.open(io.BytesIO(png))
    assert image.width == round(60 * theme.WIDTH)
    assert not image.info.keys() - {"transparency"}
    assert len(np.unique(np.asarray(image.convert("LA")), axis=0)) > 20
    # It brings its own page.
    pixels, ground = np.asarray(image.convert("RGB")), np.round(255 * np.array(to_rgb(theme.PAGE)))
    assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == ground).all()
    assert (pixels == ground).all(axis=2).mean() > 0.25


@pytest.mark.parametrize(
    ("name", "k"), [*((name, 12) for name in MODULES), ("elbow_map", 2), ("centroids", 40)]
)
def test_no_text_leaves_the_page_or_covers_the_heading(name, k):
    figure = finished(figure_of(name, study(k)[name]))
    assert_within_the_page(figure)
    # Clusters of a map lie where they lie.
    assert name in ("map_2d", "map_3d") or overlapping(figure) == []


def test_centroids_come_in_the_order_of_their_digits():
    model, names = study(12)["centroids"]
    figure = figure_of("centroids", (model, names))()
    assert [caption.partition(" · ")[2] for caption in captions(figure)] == [*"0123456789––"]
    shown = np.asarray(figure.axes[3].images[0].get_array())
    cluster = names["one_to_one"].index(3)
    assert captions(figure)[3] == f"c{cluster} · 3"
    assert np.array_equal(shown.ravel(), model["centres"][cluster])


def test_centroids_have_the_shape_of_the_images_that_were_clustered():
    centres = np.arange(2 * 28 * 14).reshape(2, -1)
    names = {"one_to_one": ["ant", None], "majority": ["ant", "bee"]}
    inputs = {"centres": centres}, names
    images = np.zeros((3, 28, 14), dtype=np.uint8)
    figure = figure_of("centroids", (*inputs, images))()
    assert np.array_equal(figure.axes[0].images[0].get_array(), centres[0].reshape(28, 14))
    assert captions(figure) == ["c0 · ant", "c1 · –"]
    with pytest.raises(InputError, match="a centroid of 392 pixels is no image of 19 x 19"):
        centroids.draw(*inputs, columns=5, colour_map="gray")


def test_the_most_frequent_confusion_and_the_most_misplaced_come_first():
    images, clusters = study(10)["confused"]
    figure = figure_of("confused", (images, clusters), pairs=4)()
    _, (true, given) = labels.encode(clusters["label"], clusters["clusters_2d_label"])
    wrong = true != given
    kinds, counts = np.unique(np.stack([true, given])[:, wrong], axis=1, return_counts=True)
    assert len(figure.axes) == 4
    for axes, count in zip(figure.axes, sorted(counts)[::-1], strict=False):
        *pair, number = map(int, re.findall(r"\d+", axes.get_title()))
        assert number == count
        assert counts[(pair == kinds.T).all(axis=1)] == count
        behind = np.flatnonzero((true == pair[0]) & (given == pair[1]))
        behind = sorted(behind, key=lambda i: -clusters["misplaced"][i])[
            : OPTIONS["confused"]["columns"]
        ]
        assert np.array_equal(np.asarray(axes.images[0].get_array()), np.hstack(images[behind]))
    assert f"; {sum(sorted(counts)[-4:])} of {wrong.sum()} misplaced" in figure.texts[1].get_text()


def test_few_confusions_or_none():
    images, clusters = study(10)["confused"]
    given = clusters["label"].copy()
    perfect = clusters | {"clusters_2d_label": given, "misplaced": clusters["index"] * 0}
    make = figure_of("confused", (images, perfect))
    assert "No confusion on the 2-D map" in texts(make())
    assert page.render(make, 60)
    given[0] = 9 - given[0]
    one = make()
    assert "The one confusion on the 2-D map" in texts(one)
    assert captions(one)[0].endswith("(1)")
    assert page.render(lambda: one, 60)


def test_clusters_come_in_the_order_of_their_digits_with_their_facts():
    images, portraits = study(12)["clusters"]
    figure = figure_of("clusters", (images, portraits))()
    tiles = [axes for axes in figure.axes if axes.texts]
    names = [tile.texts[0].get_text() for tile in tiles]
    assert [name.partition(" · ")[2] for name in names] == [*"0123456789––"]
    for name, tile in zip(names, tiles, strict=True):
        facts = portraits["clusters_2d"][int(re.match(r"c(\d+) · ", name)[1])]
        size = f"{facts['size']} images, {facts['purity']:.1%} pure"
        assert tile.texts[1].get_text() == size
        assert tile.texts[3].get_text().startswith(f"next to c{facts['nearest']} · ")
        medoid, members = (inner.images[0].get_array() for inner in tile.child_axes)
        assert np.array_equal(np.asarray(medoid), images[facts["medoid"]])
        assert np.array_equal(np.asarray(members), np.hstack(images[facts["members"]]))


def test_of_many_clusters_the_largest_are_drawn():
    images, portraits = study(12)["clusters"]
    figure = figure_of("clusters", (images, portraits), count=5)()
    assert "The 5 largest of 12 clusters of the 2-D map" in texts(figure)
    sizes = sorted(facts["size"] for facts in portraits["clusters_2d"])[-5:]
    drawn = [axes.texts[1].get_text() for axes in figure.axes if axes.texts]
    assert sorted(int(re.match(r"(\d+) images", text)[1]) for text in drawn) == sizes


def test_clusters_of_one_digit_alone_and_empty_ones():
    images, _ = study(10)["clusters"]
    one = {"digit": 6, "size": 1, "purity": 1.0, "medoid": 0, "members": [0], "nearest": None}
    empty = {"digit": None, "size": 0, "purity": 0.0, "medoid": None, "members": [], "nearest": 0}
    mixed = one | {"digit": 0, "digits": [5, 0, 0, 1, 0, 0, 3, 0, 0, 0], "nearest": 0}
    found = [one | {"digits": [0] * 6 + [1, 0, 0, 0]}, empty | {"digits": [0] * 10}, mixed]
    make = figure_of("clusters", (images, {"clusters_2d": found}))
    assert page.render(make, 60)
    assert {"also 6 (3), 3 (1)", "next to c0 · 6", "c1 · –", ""} <= set(texts(make()))


def test_results_are_loaded_by_kind(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    np.savez(tmp_path / "b.npz", centres=np.eye(2))
    (tmp_path / "c.json").write_text('{"knee": null}')
    (tmp_path / "d.csv").write_text("digit,given,phase,label\n1,,early,01\n2,,late,1\n")
    (tmp_path / "e.csv").write_text("actual,predicted\n")
    loaded = {path.stem: pictures.load(path) for path in tmp_path.iterdir()}
    assert loaded["a"].tolist() == [0, 1, 2]
    assert loaded["b"]["centres"].tolist() == [[1, 0], [0, 1]]
    assert loaded["c"] == {"knee": None}
    assert loaded["d"]["digit"].tolist() == [1, 2]
    assert np.isnan(loaded["d"]["given"]).all()
    assert loaded["d"]["phase"].tolist() == ["early", "late"]
    assert loaded["d"]["label"].tolist() == ["01", "1"]
    assert [len(column) for column in loaded["e"].values()] == [0, 0]


def test_the_eye_is_far_from_any_rounding_boundary_at_whole_degrees(monkeypatch):
    module = importlib.import_module("mnist_clustering.figures.map_3d")
    # All others are these, but for signs.
    degrees = [(azimuth, elevation) for azimuth in range(91) for elevation in range(91)]
    rounded = [module._rotation(*both) for both in degrees]
    monkeypatch.setattr(module, "_DECIMALS", 15)
    exact = [module._rotation(*both) for both in degrees]
    away = np.abs(np.abs(np.subtract(rounded, exact)) - 0.5e-6)
    assert away.min() > 1e-12


def test_the_knee_is_explained_beside_what_the_silhouette_prefers():
    curves, preferred = study(10)["elbow_map"]

    def note(preferred):
        figure = figure_of("elbow_map", (curves, preferred))()
        return " ".join(figure.texts[1].get_text().split())

    written = note(preferred | {"silhouette": 6})
    # The inertia of this study is one over k: from 4 to 6 it falls by a third.
    assert (
        "below the dashed line at 4, a rule of thumb; from there to k = 6 it still falls by 33%."
        in written
    )
    written = note(preferred | {"silhouette": 3, "calinski_harabasz": 7})
    assert "falls by" not in written
    assert "Preferred number of clusters: silhouette 3, " in written
    assert "Calinski-Harabasz 7 (the largest tried), Davies-Bouldin 5. " in written
    figure = figure_of("elbow_pixels", study(10)["elbow_pixels"])()
    assert "no knee" in texts(figure)
    assert "The inertia has no knee." in " ".join(figure.texts[1].get_text().split())


@pytest.mark.parametrize("name", ["elbow_map", "kl"])
def test_no_line_strikes_through_a_text(name):
    figure = finished(figure_of(name, study(10)[name]))
    for axes in figure.axes:
        panel = axes.get_window_extent()
        assert not any(text.get_window_extent().overlaps(panel) for text in axes.texts)
