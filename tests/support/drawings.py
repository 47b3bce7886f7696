"""Results of a small study, and the figures that are drawn from them."""

import functools
import importlib
import itertools

import matplotlib as mpl
import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from dev import graph
from mnist_clustering.evaluation import examination
from mnist_clustering.figures import theme
from stages.drawings import CLUSTERS, CURVES

OPTIONS = graph.load_yaml(graph.PARAMS)["draw"]


@functools.cache
def digits():
    """Real images, their digits and a map of them."""
    bundled = load_digits()
    images = np.rint(bundled.images * 255 / 16).astype(np.uint8)
    positions = PCA(3, svd_solver="full").fit_transform(bundled.data).astype(np.float32)
    return images, bundled.target, positions


# Those for which results are made up below; any other is drawn by the tests of the pipeline alone.
MODULES = {name: own.module for name, own in (CURVES | CLUSTERS).items() if name in OPTIONS}


def scored(table):
    """Accuracy where the clusters of a table are matched on it."""
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / table.sum())


def confusions(found):
    """Lay actual and predicted labels out by partition, as evaluate writes them."""
    rows = [
        (name, *pair)
        for name, (actual, predicted) in found.items()
        for pair in zip(actual.tolist(), predicted.tolist(), strict=True)
    ]
    columns = map(np.array, zip(*rows, strict=True))
    table = dict(zip(("partition", "actual", "predicted"), columns, strict=True))
    return table | {"images": np.ones(len(rows))}


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
        "label": target.astype(float),
        "clusters_2d": found.labels_.astype(float),
        "clusters_3d": found.labels_.astype(float),
        "clusters_2d_label": given,
        "misplaced": np.where(given == target, 0.0, 1.0 + np.arange(len(target)) % 7),
    }
    names = {"one_to_one": matched, "majority": counts.argmax(axis=1).tolist()}
    centres = np.rint(found.cluster_centers_).astype(np.int64)
    portraits = examination.portraits(flat, found.labels_, target, matched, range(10))
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
    partitions = ("pixels", "clusters_2d", "clusters_3d")
    table = confusions(dict.fromkeys(partitions, (clusters["label"], given)))
    scores = {"test": {"accuracy": scored(counts)}}
    return {
        "centroids": ({"centres": centres}, names),
        "elbow_pixels": (curves, {"knee": None} | criteria),
        "elbow_map": (curves, {"knee": 4} | criteria),
        "kl": (kl, {name: column[10:] for name, column in kl.items()}),
        "map_2d": (positions[:, :2], clusters),
        "map_3d": (positions, clusters),
        "confusion": (table, dict.fromkeys(partitions, scores)),
        "confused": (images, clusters),
        "clusters": (images, {"clusters_2d": portraits}),
    }


def figure_of(name, results, **options):
    module = importlib.import_module(f"mnist_clustering.figures.{MODULES[name]}")
    return functools.partial(module.draw, *results, **(OPTIONS[name] | options))


def captions(figure):
    """Titles of the panels, under whatever alignment they have."""
    return ["".join(axes.get_title(where) for where in ("left", "center")) for axes in figure.axes]


def texts(figure):
    """All texts of a figure."""
    return [text.get_text() for text in figure.findobj(mpl.text.Text)]


def finished(make):
    """Return a figure laid out under the look of all drawings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(theme.LOOK)
        figure = make()
        figure.draw_without_rendering()
    return figure


def assert_within_the_page(figure):
    """Check that nothing leaves the page or covers the heading."""
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


def overlapping(figure):
    """List the pairs of texts that cover one another."""
    beyond = set(itertools.chain.from_iterable(map(_ticks_beyond, figure.findobj(mpl.axis.Axis))))
    written = [
        (text.get_text(), text.get_window_extent())
        for text in set(figure.findobj(mpl.text.Text)) - beyond
        if text.get_visible() and text.get_text().strip()
    ]
    return [
        (a, b)
        for i, (a, box) in enumerate(written)
        for b, other in written[:i]
        if box.padded(-0.5).overlaps(other.padded(-0.5))
    ]


def _ticks_beyond(axis):
    """List the labels of ticks beyond the ends of an axis, which are not drawn."""
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
