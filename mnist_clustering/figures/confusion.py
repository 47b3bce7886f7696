"""Which label is taken for which: three confusion matrices."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import marks, theme

_PARTITIONS = {
    "pixels": "Raw pixels",
    "clusters_2d": "2-D map",
    "clusters_3d": "3-D map",
}
# Of the recalls: label, marker, colour and shift, so that equal values stand side by side.
_MARKS = {
    "pixels": ("pixels", "s", theme.INK, -0.26),
    "clusters_2d": ("2-D map", "o", theme.ACCENTS[0], 0.0),
    "clusters_3d": ("3-D map", "^", theme.ACCENTS[1], 0.26),
}
_COLOUR, _EDGE = theme.ACCENTS[0], "#245a96"  # of cells, and of the white numbers on them
_NOTE = (
    "Test images by true label (row) and label of their cluster (column{}). Clusters got their "
    "labels on train, one to one; the percentage above each matrix is the share of its diagonal. "
    "{}Colour: share of the row{}."
)
_LEAST_TYPE = 4.0  # points; numbers that would be smaller are left out


def draw(table: Mapping[str, NDArray[Any]], scores: Mapping[str, Any], *, gamma: float) -> Figure:
    """Draw the confusion matrices of pixels, 2-D and 3-D map, and the recall of each label.

    Parameters
    ----------
    table : mapping
        Columns "partition" (names), "actual" and "predicted" (labels, as `labels.encode` takes
        them) and "images" (how many). Clusters are matched with labels on *train*.
    scores : mapping
        By partition, "test": "accuracy", for which clusters are matched on *test*. Where that
        differs from the share on the diagonal the note says so.
    gamma : float
        Shares are raised to this power before they are coloured; below 1 it brings out the small.
    """
    if not len(table["actual"]):
        return page.without_labels("Which label is taken for which")
    names, (actual, predicted) = labels.encode(table["actual"], table["predicted"])
    images = table["images"].astype(np.int64)
    rows = {name: table["partition"] == name for name in _PARTITIONS}
    counts = {
        name: count(actual[own], predicted[own], images[own], len(names))
        for name, own in rows.items()
    }
    figure, top = page.page(7.5, "Which label is taken for which", _note(counts, scores, gamma))
    long = max(map(len, names)) > 2
    grid = page.panels(
        figure,
        2,
        2,
        top=top + 0.3,
        bottom=1.25 if long else 0.5,
        left=1.25 if long else 0.48,
        gap=(1.3 if long else 0.6, 1.6 if long else 0.8),
    )
    for axes, (name, title) in zip(grid, _PARTITIONS.items(), strict=False):
        _draw_matrix(axes, counts[name], names, gamma)
        axes.set_title(f"{title}: {diagonal(counts[name]):.1%}")
    _draw_recalls(grid[3], {name: recalls(table) for name, table in counts.items()}, names)
    return figure


def count(
    actual: NDArray[np.integer],
    predicted: NDArray[np.integer],
    images: NDArray[np.int64],
    n: int,
) -> NDArray[np.int64]:
    """Lay the numbers of images out by label and by the label given.

    Parameters
    ----------
    actual, predicted : ndarray of integers, shape (m,)
        Codes from 0 to n - 1, -1 for none; images without a true label are left out.
    images : ndarray of int64, shape (m,)
        How many are of such a pair.
    n : int
        Labels.

    Returns
    -------
    ndarray of int64, shape (n, n), or (n, n + 1) if some images were given no label
    """
    known = actual >= 0
    counts = np.zeros((n, n + 1), dtype=np.int64)
    np.add.at(counts, (actual[known], predicted[known]), images[known])
    return counts if counts[:, -1].any() else counts[:, :-1]


def diagonal(counts: NDArray[np.int64]) -> float:
    """Share of all images that are on the diagonal."""
    return float(np.trace(counts)) / max(int(counts.sum()), 1)


def recalls(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each row that is on the diagonal; NaN for a label without images."""
    sizes = counts.sum(axis=1)
    return np.where(sizes > 0, counts.diagonal() / np.maximum(sizes, 1), np.nan)


def _note(counts: Mapping[str, NDArray[np.int64]], scores: Mapping[str, Any], gamma: float) -> str:
    """Say what is shown, and where an accuracy that is matched on test would be another."""
    none = any(table.shape[1] > len(table) for table in counts.values())
    others = [
        f"{title} {scores[name]['test']['accuracy']:.1%}"
        for name, title in _PARTITIONS.items()
        if f"{scores[name]['test']['accuracy']:.1%}" != f"{diagonal(counts[name]):.1%}"
    ]
    return _NOTE.format(
        f"; {labels.NONE} for none" if none else "",
        f"Matched on test instead: {', '.join(others)}. " if others else "",
        "" if gamma == 1 else f" to the power {gamma:g}, so that small ones show",
    )


def _draw_matrix(axes: Axes, counts: NDArray[np.int64], names: Sequence[str], gamma: float) -> None:
    """Draw one matrix with its counts; nought is left out."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shades = np.empty((*counts.shape, 4))
    shades[..., :3] = to_rgb(_COLOUR)
    shades[..., 3] = shares**gamma
    axes.imshow(shades, aspect="auto")
    across = 72 * axes.get_position().width * theme.WIDTH / counts.shape[1]
    size = min(theme.SMALL, 0.95 * across / (0.636 * len(str(counts.max()))))
    for (row, column), number in np.ndenumerate(counts):
        if number and size >= _LEAST_TYPE:
            _write_number(
                axes, (column, row), int(number), size, strong=shades[row, column, 3] > 0.3
            )
    marks.frame(axes)
    shown = labels.shortened(names, 10)
    _name_ticks(axes, [*shown, labels.NONE][: counts.shape[1]])
    axes.set_yticks(range(len(names)), shown, fontsize=_tick_size(len(names)))
    axes.tick_params(length=0)
    axes.set(xlabel="label of the cluster", ylabel="true label")


def _write_number(
    axes: Axes, place: tuple[int, int], number: int, size: float, *, strong: bool
) -> None:
    """Write the number of a cell, in a strong colour white with a blue edge."""
    text = axes.text(*place, f"{number}", ha="center", va="center_baseline", fontsize=size)
    if strong:
        text.set(color="white", path_effects=[withStroke(linewidth=1.5, foreground=_EDGE)])


def _name_ticks(axes: Axes, names: Sequence[str]) -> None:
    turned = max(map(len, names)) > 2
    axes.set_xticks(
        range(len(names)), names, rotation=90 if turned else 0, fontsize=_tick_size(len(names))
    )


def _tick_size(n: int) -> float:
    """Size of the type of ``n`` names beside one another, in points."""
    return float(np.clip(theme.SMALL * (20 / n), 4, theme.SMALL))


def _draw_recalls(
    axes: Axes, found: Mapping[str, NDArray[np.float64]], names: Sequence[str]
) -> None:
    """Draw the share of each label's images that were given it."""
    for name, recall in found.items():
        label, marker, colour, shift = _MARKS[name]
        where = np.arange(len(recall)) + shift
        size = 5.5 * min(1.0, 10 / len(recall)) ** 0.5
        axes.plot(where, 100 * recall, marker, color=colour, label=label, markersize=size)
    axes.set_title("Recall")
    axes.set_ylabel("% of the label's test images")
    _name_ticks(axes, labels.shortened(names, 10))
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylim(-3, 118)
    axes.set_xlabel("true label")
    axes.legend(
        loc="upper center", ncols=3, handletextpad=0.1, borderaxespad=0.1, columnspacing=1.2
    )
