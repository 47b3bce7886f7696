"""The 2-D map, coloured by label and by cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import marks, theme

# How much larger the images are drawn that lie in the cluster of another label.
_LARGER = 2.0
_READING = (
    "Neighbours on the map are alike; distances between islands, and their sizes, mean little."
)
# Of the height of the map: islands that a name would hide, and how far above them it is written.
_SMALL, _ABOVE = 0.045, 0.035


def draw(
    positions: NDArray[np.float32],
    clusters: Mapping[str, NDArray[Any]],
    *,
    title: str,
    palette: str,
    point_size: float,
    alpha: float,
) -> Figure:
    """Draw the training images on the map, once by label and once by cluster.

    Parameters
    ----------
    positions : ndarray of float32, shape (n, 2)
    clusters : mapping
        Columns "label" and "clusters_2d_label" (labels, as `labels.encode` takes them) and
        "clusters_2d" (numbers), a row an image. Without a label the map is drawn once.
    title : str
        Which map this is.
    palette : str
        A name of `theme.PALETTES`.
    point_size : float
        Diameter of one of 60,000 points, in points (1/72 inch); fewer are larger.
    alpha : float
        Opacity of a point.
    """
    names, (true, given) = labels.encode(clusters["label"], clusters["clusters_2d_label"])
    numbers = clusters["clusters_2d"].astype(np.int64)
    labelled = bool((true >= 0).any())
    if not labelled:
        names, given, _ = labels.scheme(clusters["label"], numbers)
    none = labelled and bool((given < 0).any() or (true < 0).any())
    n = 2 if labelled else 1
    side = (theme.WIDTH - 2 * theme.MARGIN - 0.15 * (n - 1)) / n
    top_gap, below = 0.3 * (n - 1), page.key_height(names, none=none)
    note = _note(true, given, len(names) > len(theme.PALETTES[palette]))
    figure, top = page.page(top_gap + side + below, title, note)
    *left, right = page.panels(figure, 1, n, top=top + top_gap, bottom=below, gap=(0.15, 0))
    order, size = marks.mixed_order(len(positions)), marks.diameter(point_size, len(positions))
    for axes, codes in zip((*left, right), (true, given)[-n:], strict=True):
        _fit(axes, positions)
        marks.scatter(axes, positions[order], codes[order], palette, size, alpha)
    for axes in left:
        axes.set_title("By true label")
        right.set_title("By cluster, coloured by its label")
        astray = order[((true != given) & (given >= 0) & (true >= 0))[order]]
        marks.scatter(axes, positions[astray], true[astray], palette, _LARGER * size, 1)
        _write_names(axes, positions, names, [_home(true == i, numbers) for i in range(len(names))])
    found = np.unique(numbers).tolist()
    called = [labels.cluster_name(cluster, matched=False) for cluster in found]
    _write_names(right, positions, called, [numbers == cluster for cluster in found])
    page.key(figure, names, palette, none=none)
    return figure


def _note(true: NDArray[np.int64], given: NDArray[np.int64], repeated: bool) -> str:
    known = true >= 0
    note = f"{len(true):,} training images"
    if not known.any():
        note += " by cluster; none has a label"
    else:
        if not known.all():
            note += f", {int(known.sum()):,} of them labelled"
        agree = float((true == given)[known].mean())
        note += (
            f", {agree:.1%} in a cluster that is matched with their label; larger dots on the "
            "left: images in a cluster of another label"
        )
    return f"{note}.\n{_READING}" + (" Colours come again after the tenth." if repeated else "")


def _home(members: NDArray[np.bool_], numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Choose those in the cluster of most: a name stands there, not between two islands."""
    return members & (numbers == np.bincount(numbers[members], minlength=1).argmax())


def _write_names(
    axes: Axes,
    positions: NDArray[np.float32],
    names: Sequence[str],
    members: Sequence[NDArray[np.bool_]],
) -> None:
    """Write each name where its images are, smaller where there are many."""
    size = float(np.clip(11 * (12 / len(names)) ** 0.5, 6, 11))
    for name, own in zip(labels.shortened(names, 10), members, strict=True):
        if own.any():
            marks.name_spot(axes, _spot(axes, positions[own]), name, size)


def _spot(axes: Axes, island: NDArray[np.float32]) -> tuple[float, float]:
    """Choose where to write a name: in the middle of an island, above one that it would hide."""
    low, high = axes.get_ylim()
    x, y = np.median(island, axis=0)
    if float(np.ptp(island[:, 1])) < _SMALL * (high - low):
        y = float(island[:, 1].max()) + _ABOVE * (high - low)
    return x, y


def _fit(axes: Axes, positions: NDArray[np.float32]) -> None:
    """Show all points on a square, to one scale."""
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    middle, reach = (low + high) / 2, 0.52 * max(float((high - low).max()), 1e-6)
    axes.set_xlim(middle[0] - reach, middle[0] + reach)
    axes.set_ylim(middle[1] - reach, middle[1] + reach)
    axes.set_aspect("equal")
    marks.frame(axes)
