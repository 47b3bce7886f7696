"""The clusters of the 2-D map: what they hold, and which lie next to each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import marks, theme

_NOTE = (
    "A cluster's name, the label it is matched with on train, one to one{}, its training images, "
    "and the share of their commonest label. Large: the medoid. Beside it members from near the "
    "middle (left) to the one farthest out (right). Below: the commonest other labels with their "
    "numbers of images, and the cluster whose centre is nearest."
)
_WITHOUT_LABELS = (
    "A cluster's name and its training images. Large: the medoid. Beside it members from near the "
    "middle (left) to the one farthest out (right). Below: the cluster whose centre is nearest."
)
_GAP = 0.26  # inches between tiles
_SHAPE = 0.25  # height of a tile to its width
_MEMBERS = 8
_OTHERS = 2


def draw(
    images: NDArray[np.uint8],
    portraits: Mapping[str, Sequence[Mapping[str, Any]]],
    thumbnails: NDArray[np.uint8] | None = None,
    indices: NDArray[np.integer] | None = None,
    *,
    count: int,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw a tile for each cluster of the 2-D map, in the order of their labels.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Of train.
    portraits : mapping
        "clusters_2d": of each cluster its "digit" (label, None for none), "size", "purity",
        "digits", "medoid", "members" and "nearest" other cluster. Without labels, "digit" and
        "purity" are None.
    thumbnails, indices : ndarray, optional
        As `marks.as_seen` takes them.
    count : int
        Clusters to draw at most, the largest.
    columns : int
        Tiles in a row.
    colour_map : str
        Of the intensities.
    """
    clusters = portraits["clusters_2d"]
    images = marks.as_seen(images, thumbnails, indices)
    labelled = any(cluster["purity"] is not None for cluster in clusters)
    largest = sorted(range(len(clusters)), key=lambda c: -clusters[c]["size"])[:count]
    order = sorted(largest, key=lambda c: (labels.rank(clusters[c]["digit"]), c))
    number = (
        f"{len(clusters)}" if len(order) == len(clusters) else f"{count} largest of {len(clusters)}"
    )
    rows = -(-len(order) // columns)
    across = (theme.WIDTH - 2 * theme.MARGIN - _GAP * (columns - 1)) / columns
    body = rows * (across * _SHAPE + _GAP) - _GAP + 2 * theme.MARGIN
    unmatched = any(clusters[c]["digit"] is None for c in order)
    note = _NOTE.format(f" ({labels.NONE} for none)" if unmatched else "")
    note = note if labelled else _WITHOUT_LABELS
    figure, top = page.page(body, f"The {number} clusters of the 2-D map", note)
    gap, n = (_GAP, _GAP), len(order)
    tiles = page.panels(figure, rows, columns, top=top + theme.MARGIN, gap=gap, n=n)
    for axes, cluster in zip(tiles, order, strict=True):
        _draw_tile(axes, images, clusters, cluster, across / 3.4, colour_map)
    return figure


def _draw_tile(
    axes: Axes,
    images: NDArray[np.uint8],
    clusters: Sequence[Mapping[str, Any]],
    cluster: int,
    scale: float,
    colour_map: str,
) -> None:
    """Draw medoid, members and facts of one cluster on an empty panel."""
    axes.set_axis_off()
    facts = clusters[cluster]
    left = _SHAPE + 0.025
    rows = [row for row in (facts["medoid"], *facts["members"]) if row is not None]
    if rows:
        marks.image(axes.inset_axes((0, 0, _SHAPE, 1)), images[rows[0]], colour_map)
        height = (1 - left) / _MEMBERS / _SHAPE
        members = axes.inset_axes((left, 0.5 - height / 2, 1 - left, height))
        marks.strip(members, images[rows[1:]], colour_map)
    small: dict[str, Any] = {"fontsize": theme.SMALL * scale, "transform": axes.transAxes}
    large: dict[str, Any] = {
        "fontsize": 12 * scale,
        "fontweight": "bold",
        "transform": axes.transAxes,
    }
    labelled = any(own["purity"] is not None for own in clusters)
    size = f"{facts['size']:,} images"
    if facts["purity"] is not None:
        size += f", {facts['purity']:.1%} pure"
    name = labels.cluster_name(cluster, facts["digit"], matched=labelled)
    # Long names in smaller type, beside the size.
    large["fontsize"] *= min(1, 10 / len(name))
    axes.text(left, 1, name, va="top", **large)
    axes.text(1, 0.97, size, va="top", ha="right", **small)
    axes.text(left, 0.02, _others(facts["digits"]), **small)
    if facts["nearest"] is not None:
        near = facts["nearest"]
        name = labels.cluster_name(near, clusters[near]["digit"], matched=labelled)
        axes.text(1, 0.02, f"next to {name}", ha="right", **small)


def _others(counts: Sequence[int] | Mapping[str, int]) -> str:
    """Name the commonest labels of a cluster after the first, with their numbers of images."""
    named: dict[Any, int] = dict(counts if isinstance(counts, Mapping) else enumerate(counts))
    others = sorted(named, key=lambda label: (-named[label], labels.rank(label)))[1:]
    texts = [f"{label} ({named[label]:,})" for label in others[:_OTHERS] if named[label]]
    return f"also {', '.join(texts)}" if texts else ""
