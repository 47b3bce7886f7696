"""Each drawing from small real data: a PNG, the same each time, whatever the clusters."""

import functools
import importlib
import io
import itertools
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from stages import draw
from stages.methods.errors import InputError
from stages.methods.evaluation import examination
from stages.methods.figures import confusion, style

OPTIONS = {
    "centroids": {"columns": 5, "colour_map": "gray_r"},
    "elbow_pixels": {"points": "raw pixels", "height": 3.7},
    "elbow_map": {"points": "the 2-D map", "height": 3.7},
    "kl": {"height": 3.7},
    "map_2d": {"palette": "contrast", "point_size": 1.5, "alpha": 0.5},
    "map_3d": {
        "palette": "petroff",
        "views": 3,
        "elevation": 20,
        "point_size": 1.5,
        "alpha": 0.5,
        "fade": 0.5,
    },
    "confusion": {"colour_map": "Blues", "gamma": 0.5},
    "confused": {"pairs": 6, "columns": 5, "colour_map": "gray_r"},
    "clusters": {"count": 40, "columns": 2, "colour_map": "gray_r"},
}
# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@functools.cache
def digits():
    """Real images, their digits and a map of them."""
    bundled = load_digits()
    images = np.rint(bundled.images * 255 / 16).astype(np.uint8)
    positions = PCA(3, svd_solver="full").fit_transform(bundled.data).astype(np.float32)
    return images, bundled.target, positions


@functools.cache
def study(k):
    """Results of a small study with k clusters, in the shapes in which `draw.load` returns them."""
    images, target, positions = digits()
    flat = images.reshape(len(images), -1)
    found = KMeans(k, n_init=1, random_state=0).fit(flat)
    counts = np.zeros((k, 10), dtype=int)
    np.add.at(counts, (found.labels_, target), 1)
    matched = [None] * k
    for cluster, digit in zip(*linear_sum_assignment(counts, maximize=True), strict=True):
        matched[cluster] = int(digit)
    given = np.array([np.nan if name is None else name for name in matched])[found.labels_]
    clusters = {
        "index": np.arange(len(target), dtype=float),
        "digit": target.astype(float),
        "tsne_2d_cluster": found.labels_.astype(float),
        "tsne_2d_digit": given,
        "misplaced": np.where(given == target, 0.0, 1.0 + np.arange(len(target)) % 7),
    }
    names = {"one_to_one": matched, "majority": counts.argmax(axis=1).tolist()}
    centres = np.rint(found.cluster_centers_).astype(np.int64)
    portraits = examination.portraits(flat, found.labels_, centres, target, matched)
    criteria = {"silhouette": 4, "calinski_harabasz": 2, "davies_bouldin": 5}
    numbers = np.arange(2.0, 8.0)
    curves = {
        "k": numbers,
        "inertia": 1e9 / numbers,
        "silhouette": np.sin(numbers) / 2,
        "calinski_harabasz": 100 / numbers,
        "davies_bouldin": np.cos(numbers) + 2,
    }
    iterations = np.arange(25.0, 501.0, 25.0)
    kl = {
        "iteration": iterations,
        "kl_divergence": 4 + 50 / iterations,
        "phase": np.where(iterations <= 250, "early_exaggeration", "optimisation"),
    }
    partitions = ("pixels", "tsne_2d", "tsne_3d")
    predictions = {"actual": clusters["digit"], "predicted": given}
    scores = {"test": {"accuracy": float((given == target).mean())}}
    return {
        "centroids": ({"centres": centres}, names),
        "elbow_pixels": (curves, {"knee": None} | criteria),
        "elbow_map": (curves, {"knee": 4} | criteria),
        "kl": (kl, {name: column[10:] for name, column in kl.items()}),
        "map_2d": (positions[:, :2], clusters),
        "map_3d": (positions, target),
        "confusion": (dict.fromkeys(partitions, predictions), dict.fromkeys(partitions, scores)),
        "confused": (images, clusters),
        "clusters": (images, {"tsne_2d": portraits}),
    }


def figure_of(name, results, **options):
    module = importlib.import_module(f"stages.methods.figures.{draw.DRAWINGS[name][0]}")
    return functools.partial(module.draw, *results, **(OPTIONS[name] | options))


def captions(figure):
    """Titles of the panels, under whatever alignment they have."""
    return ["".join(axes.get_title(where) for where in ("left", "center")) for axes in figure.axes]


def texts(figure):
    """All texts of a figure."""
    return [text.get_text() for text in figure.findobj(mpl.text.Text)]


@pytest.mark.parametrize("k", [7, 12])
@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_each_drawing_is_a_png_of_its_inputs_alone(name, k):
    make = figure_of(name, study(k)[name])
    png = style.render(make, 60)
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.dpi": 10}):
        assert style.render(make, 60) == png
    image = Image.open(io.BytesIO(png))
    assert image.width == 60 * style.WIDTH
    assert not image.info.keys() - {"transparency"}
    assert len(np.unique(np.asarray(image.convert("L")))) > 20


def test_settings_are_left_as_they_were():
    before = dict(mpl.rcParams)
    style.render(figure_of("kl", study(10)["kl"]), 60)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_no_text_leaves_the_page_or_covers_the_heading(name):
    figures = []
    style.render(lambda: figures.append(figure_of(name, study(12)[name])()) or figures[0], 60)
    figure = figures[0]
    figure.canvas.draw()
    title, note = figure.texts
    boxes = [title.get_window_extent(), note.get_window_extent()]
    boxes += [axes.get_tightbbox() for axes in figure.axes]
    page = figure.bbox
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= page.x1
        assert box.y0 >= 0
        assert box.y1 <= page.y1
    assert not any(boxes[i].overlaps(box) for i in (0, 1) for box in boxes[i + 1 :])


def test_clusters_without_a_digit_are_shown_as_such():
    for name in ("centroids", "map_2d", "confusion", "clusters"):
        assert "–" in texts(figure_of(name, study(12)[name])())
        assert "–" not in texts(figure_of(name, study(10)[name])())


def test_centroids_come_in_the_order_of_their_digits():
    model, names = study(12)["centroids"]
    figure = figure_of("centroids", (model, names))()
    assert captions(figure) == [*"0123456789", "–", "–"]
    shown = np.asarray(figure.axes[3].images[0].get_array())
    cluster = names["one_to_one"].index(3)
    assert np.array_equal(shown.ravel(), model["centres"][cluster])


def test_many_centroids_fit_on_a_page():
    centres = np.zeros((60, 784), dtype=np.int64)
    names = {"one_to_one": [*range(10), *[None] * 50], "majority": [0] * 60}
    width, height = figure_of("centroids", ({"centres": centres}, names))().get_size_inches()
    assert height < 2 * width


def test_the_most_frequent_confusion_and_the_most_misplaced_come_first():
    images, clusters = study(10)["confused"]
    figure = figure_of("confused", (images, clusters), pairs=4)()
    true, given = style.whole(clusters["digit"]), style.whole(clusters["tsne_2d_digit"])
    wrong = true != given
    kinds, counts = np.unique(np.stack([true, given])[:, wrong], axis=1, return_counts=True)
    assert len(figure.axes) == 4
    for axes, count in zip(figure.axes, sorted(counts)[::-1], strict=False):
        name, number = (text.get_text() for text in axes.texts)
        pair = [int(digit) for digit in name.split(" → ")]
        assert number == ("1 image" if count == 1 else f"{count} images")
        assert counts[(pair == kinds.T).all(axis=1)] == count
        behind = np.flatnonzero((true == pair[0]) & (given == pair[1]))
        behind = sorted(behind, key=lambda i: -clusters["misplaced"][i])[:5]
        assert np.array_equal(np.asarray(axes.images[0].get_array()), np.hstack(images[behind]))
    assert f"; {sum(sorted(counts)[-4:])} of {wrong.sum()} misplaced" in figure.texts[1].get_text()


def test_images_of_clusters_without_a_digit_are_confused_with_none():
    images, clusters = study(10)["confused"]
    clusters = clusters | {"tsne_2d_digit": np.where(clusters["digit"] == 3, np.nan, 3.0)}
    figure = figure_of("confused", (images, clusters), pairs=50)()
    assert "3 → –" in texts(figure)
    assert len(figure.axes) == 10


def test_few_confusions_or_none():
    images, clusters = study(10)["confused"]
    given = clusters["digit"].copy()
    perfect = clusters | {"tsne_2d_digit": given, "misplaced": clusters["index"] * 0}
    make = figure_of("confused", (images, perfect))
    assert "No confusion on the 2-D map" in texts(make())
    assert style.render(make, 60)
    given[0] = 9 - given[0]
    one = make()
    assert {"The one confusion on the 2-D map", "1 image"} <= set(texts(one))
    assert style.render(lambda: one, 60)


def test_clusters_come_in_the_order_of_their_digits_with_their_facts():
    images, portraits = study(12)["clusters"]
    figure = figure_of("clusters", (images, portraits))()
    tiles = [axes for axes in figure.axes if axes.texts]
    assert [tile.texts[0].get_text() for tile in tiles] == [*"0123456789", "–", "–"]
    for tile in tiles:
        size = tile.texts[1].get_text()
        cluster = int(re.match(r"cluster (\d+): ", size)[1])
        facts = portraits["tsne_2d"][cluster]
        assert size.endswith(f": {facts['size']} images, {facts['purity']:.1%} pure")
        assert tile.texts[3].get_text().endswith(f" (cluster {facts['nearest']})")
        medoid, members = (inner.images[0].get_array() for inner in tile.child_axes)
        assert np.array_equal(np.asarray(medoid), images[facts["medoid"]])
        assert np.array_equal(np.asarray(members), np.hstack(images[facts["members"]]))


def test_of_many_clusters_the_largest_are_drawn():
    images, portraits = study(12)["clusters"]
    figure = figure_of("clusters", (images, portraits), count=5)()
    assert "The 5 largest of 12 clusters of the 2-D map" in texts(figure)
    sizes = sorted(facts["size"] for facts in portraits["tsne_2d"])[-5:]
    drawn = [axes.texts[1].get_text() for axes in figure.axes if axes.texts]
    assert sorted(int(re.search(r": (\d+) images", text)[1]) for text in drawn) == sizes


def test_clusters_of_one_digit_alone_and_empty_ones():
    images, _ = study(10)["clusters"]
    one = {"digit": 6, "size": 1, "purity": 1.0, "medoid": 0, "members": [0], "nearest": None}
    empty = {"digit": None, "size": 0, "purity": 0.0, "medoid": None, "members": [], "nearest": 0}
    mixed = one | {"digit": 0, "digits": [5, 0, 0, 1, 0, 0, 3, 0, 0, 0], "nearest": 0}
    found = [one | {"digits": [0] * 6 + [1, 0, 0, 0]}, empty | {"digits": [0] * 10}, mixed]
    make = figure_of("clusters", (images, {"tsne_2d": found}))
    assert style.render(make, 60)
    assert {"and 3 sixes, 1 three", "next to 6 (cluster 0)", "–", ""} <= set(texts(make()))


def test_the_knee_is_named():
    assert "knee at k = 4" in texts(figure_of("elbow_map", study(10)["elbow_map"])())
    assert "no knee" in texts(figure_of("elbow_pixels", study(10)["elbow_pixels"])())


def test_one_k_alone_can_be_drawn():
    curves, preferred = study(10)["elbow_map"]
    alone = {name: column[:1] for name, column in curves.items()}
    chosen = dict.fromkeys(preferred, 2) | {"knee": None}
    assert style.render(figure_of("elbow_map", (alone, chosen)), 60)


def test_confusion_counts():
    actual, predicted = np.array([0.0, 0, 3, 9]), np.array([0.0, 1, 3, 9])
    counts = confusion.count(actual, predicted)
    assert counts.shape == (10, 10)
    assert counts.sum() == 4
    assert [counts[0, 0], counts[0, 1], counts[3, 3], counts[9, 9]] == [1, 1, 1, 1]
    predicted[3] = np.nan
    counts = confusion.count(actual, predicted)
    assert counts.shape == (10, 11)
    assert counts[9].tolist() == [0] * 10 + [1]


def test_no_class_is_drawn_over_another():
    order = style.mixed_order(1000)
    assert sorted(order) == list(range(1000))
    assert np.array_equal(order, style.mixed_order(1000))
    assert abs(np.corrcoef(order, np.arange(1000))[0, 1]) < 0.1


def oklab(linear):
    """Colours in a space where distance is difference to the eye: Ottosson's Oklab (2020)."""
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(linear @ np.transpose(to_cones)) @ np.transpose(to_lab)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("palette", style.PALETTES)
def test_palettes_are_colour_blind_safe(palette, vision):
    colours = np.array([to_rgb(colour) for colour in style.PALETTES[palette]])
    assert len(colours) == style.N_DIGITS
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = oklab(np.clip(linear @ np.transpose(VISION[vision]), 0, 1))
    apart = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    # matplotlib's own ten colours reach 0.023 under deuteranopia and 0.007 under protanopia.
    assert apart >= {"contrast": 0.075, "petroff": 0.06}[palette]


def test_results_are_loaded_by_kind(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    np.savez(tmp_path / "b.npz", centres=np.eye(2))
    (tmp_path / "c.json").write_text('{"knee": null}')
    (tmp_path / "d.csv").write_text("digit,given,phase\n1,,early\n2,none,late\n")
    (tmp_path / "e.csv").write_text("actual,predicted\n")
    loaded = draw.load(tmp_path)
    assert list(loaded) == list("abcde")
    assert loaded["a"].tolist() == [0, 1, 2]
    assert loaded["b"]["centres"].tolist() == [[1, 0], [0, 1]]
    assert loaded["c"] == {"knee": None}
    assert loaded["d"]["digit"].tolist() == [1, 2]
    assert np.isnan(loaded["d"]["given"]).all()
    assert loaded["d"]["phase"].tolist() == ["early", "late"]
    assert [len(column) for column in loaded["e"].values()] == [0, 0]


def test_stage_writes_the_png(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = {"dpi": 60, "kl": OPTIONS["kl"]}
    monkeypatch.setattr(draw.common, "load_params", lambda *_: params)
    for result in draw.DRAWINGS["kl"][1:]:
        path = tmp_path / result
        path.parent.mkdir(exist_ok=True)
        path.write_text("iteration,kl_divergence,phase\n25,5.5,optimisation\n50,4.5,optimisation\n")
    draw.main("kl")
    results = [draw.load(tmp_path / result) for result in draw.DRAWINGS["kl"][1:]]
    expected = style.render(figure_of("kl", results), 60)
    assert (tmp_path / "plots/kl.png").read_bytes() == expected
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "kl.png",
        "kl_2d.csv",
        "kl_3d.csv",
    ]


def test_unknown_drawing():
    with pytest.raises(InputError, match="there is no drawing 'elbows': choose one of centroids"):
        draw.main("elbows")


def test_the_eye_is_far_from_any_rounding_boundary_at_whole_degrees(monkeypatch):
    module = importlib.import_module("stages.methods.figures.map_3d")
    # All others are these, but for signs.
    degrees = [(azimuth, elevation) for azimuth in range(91) for elevation in range(91)]
    rounded = [module._rotation(*both) for both in degrees]
    monkeypatch.setattr(module, "_DECIMALS", 15)
    exact = [module._rotation(*both) for both in degrees]
    away = np.abs(np.abs(np.subtract(rounded, exact)) - 0.5e-6)
    assert away.min() > 1e-12
