"""The clusters of the 2-D map: what they hold, and which lie next to each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.methods.figures import style

_NOTE = (
    "Training images. Large: the medoid. Beside it members from near the middle (left) to the one "
    "farthest out (right).\nBelow them the commonest other digits in the cluster, and the cluster "
    "whose centre is nearest."
)
_GAP = 0.3  # inches between tiles
_SHAPE = 0.235  # height of a tile to its width
_MEMBERS = 8
_OTHERS = 2
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def draw(
    images: NDArray[np.uint8],
    portraits: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    count: int,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw a tile for each cluster of the 2-D map, in the order of their digits.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side)
        Of train.
    portraits : mapping
        "tsne_2d": of each cluster its "digit" (None for none), "size", "purity", "digits",
        "medoid", "members" and "nearest" other cluster.
    count : int
        Clusters to draw at most, the largest.
    columns : int
        Tiles in a row.
    colour_map : str
        Of the intensities.
    """
    clusters = portraits["tsne_2d"]
    largest = sorted(range(len(clusters)), key=lambda c: -clusters[c]["size"])[:count]
    # Clusters that no digit is left for come last.
    order = sorted(largest, key=lambda c: (clusters[c]["digit"] is None, _name(clusters[c]), c))
    number = (
        f"{len(clusters)}" if len(order) == len(clusters) else f"{count} largest of {len(clusters)}"
    )
    rows = -(-len(order) // columns)
    across = (style.WIDTH - 0.3 - _GAP * (columns - 1)) / columns
    height = 1.05 + rows * (across * _SHAPE + _GAP) - _GAP
    figure = style.page(height, f"The {number} clusters of the 2-D map", _NOTE)
    tiles = style.panels(figure, rows, columns, top=0.95, gap=(_GAP, _GAP))
    for axes, cluster in zip(tiles, order, strict=False):
        _draw_tile(axes, images, clusters, cluster, across / 4.2, colour_map)
    for empty in tiles[len(order) :]:
        empty.remove()
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
        style.image(axes.inset_axes((0, 0, _SHAPE, 1)), images[rows[0]], colour_map)
        height = (1 - left) / _MEMBERS / _SHAPE
        members = axes.inset_axes((left, 0.5 - height / 2, 1 - left, height))
        style.strip(members, images[rows[1:]], colour_map)
    small: dict[str, Any] = {
        "fontsize": 8.5 * scale,
        "color": style.GREY,
        "transform": axes.transAxes,
    }
    large: dict[str, Any] = {
        "fontsize": 13 * scale,
        "fontweight": "bold",
        "transform": axes.transAxes,
    }
    size = f"{facts['size']:,} images, {facts['purity']:.1%} pure"
    axes.text(left, 0.98, _name(facts), va="top", **large)
    axes.text(1, 0.93, f"cluster {cluster}: {size}", va="top", ha="right", **small)
    axes.text(left, 0.03, _others(facts["digits"]), **small)
    if facts["nearest"] is not None:
        next_to = f"next to {_name(clusters[facts['nearest']])} (cluster {facts['nearest']})"
        axes.text(1, 0.03, next_to, ha="right", **small)


def _name(facts: Mapping[str, Any]) -> str:
    return "–" if facts["digit"] is None else str(facts["digit"])


def _others(digits: Sequence[int]) -> str:
    """Name the commonest digits of a cluster after the first, with their numbers of images."""
    _, *others = sorted(range(style.N_DIGITS), key=lambda digit: (-digits[digit], digit))
    named = [_counted(digits[digit], _DIGITS[digit]) for digit in others[:_OTHERS] if digits[digit]]
    return f"and {', '.join(named)}" if named else ""


def _counted(count: int, name: str) -> str:
    if count == 1:
        return f"1 {name}"
    return f"{count:,} {name}{'es' if name.endswith('x') else 's'}"
