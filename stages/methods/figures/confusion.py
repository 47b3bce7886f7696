"""Which digit is taken for which: three confusion matrices."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.methods.figures import style

_PARTITIONS = {
    "pixels": "KMeans on raw pixels",
    "tsne_2d": "KMeans on the 2-D map",
    "tsne_3d": "KMeans on the 3-D map",
}
# Of the recalls: label, marker, colour and shift, so that equal values stand side by side.
_MARKS = {
    "pixels": ("pixels", "s", style.GREY, -0.24),
    "tsne_2d": ("2-D map", "o", style.ACCENTS[0], 0.0),
    "tsne_3d": ("3-D map", "^", style.ACCENTS[1], 0.24),
}
_NOTE = (
    "Test images by true digit (row) and digit of their cluster (column; – for clusters without a "
    "digit). Colour: share of the row."
)


def draw(
    tables: Mapping[str, Mapping[str, NDArray[np.float64]]],
    scores: Mapping[str, Any],
    *,
    colour_map: str,
    gamma: float,
) -> Figure:
    """Draw the confusion matrices of pixels, 2-D and 3-D map, and the recall of each digit.

    Parameters
    ----------
    tables : mapping
        By partition the columns "actual" and "predicted" (NaN for none), a row a test image.
    scores : mapping
        By partition, "test": "accuracy".
    colour_map : str
        Of the shares.
    gamma : float
        Shares are raised to this power before they are coloured; below 1 it brings out the small.
    """
    figure = style.page(9.3, "Which digit is taken for which", _NOTE)
    panels = style.panels(figure, 2, 2, top=1.15, bottom=0.5, left=0.5, gap=(0.6, 0.85))
    recalls = {}
    for axes, (name, title) in zip(panels, _PARTITIONS.items(), strict=False):
        counts = count(tables[name]["actual"], tables[name]["predicted"])
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        recalls[name] = shares.diagonal()
        _draw_matrix(axes, counts, shares**gamma, colour_map)
        axes.set_title(f"{title}: {scores[name]['test']['accuracy']:.1%} right")
    _draw_recalls(panels[3], recalls)
    return figure


def count(actual: NDArray[np.float64], predicted: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the images of each digit by the digit given.

    Returns
    -------
    ndarray of int64, shape (10, 10), or (10, 11) if some images were given no digit
    """
    rows, columns = style.whole(actual), style.whole(predicted)
    width = style.N_DIGITS + 1
    cells = rows * width + np.where(columns < 0, style.N_DIGITS, columns)
    counts = np.bincount(cells, minlength=style.N_DIGITS * width).reshape(-1, width)
    return counts if counts[:, -1].any() else counts[:, :-1]


def _draw_matrix(
    axes: Axes, counts: NDArray[np.int64], shades: NDArray[np.float64], colour_map: str
) -> None:
    """Draw one matrix with its counts; nought is left out."""
    colours = mpl.colormaps[colour_map]
    axes.imshow(shades, cmap=colours, vmin=0, vmax=1, aspect="auto")
    for (row, column), number in np.ndenumerate(counts):
        if number:
            red, green, blue, _ = colours(shades[row, column])
            dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.55
            axes.text(
                column,
                row,
                f"{number}",
                ha="center",
                va="center_baseline",
                fontsize=8.5,
                color="white" if dark else style.INK,
            )
    names = [*map(str, range(style.N_DIGITS)), "–"][: counts.shape[1]]
    style.frame(axes)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(style.N_DIGITS), names[: style.N_DIGITS])
    axes.tick_params(length=0)
    axes.set(xlabel="digit of the cluster", ylabel="true digit")


def _draw_recalls(axes: Axes, recalls: Mapping[str, NDArray[np.float64]]) -> None:
    """Draw the share of each digit's images that were given it."""
    for name, recall in recalls.items():
        label, marker, colour, shift = _MARKS[name]
        where = np.arange(len(recall)) + shift
        axes.plot(where, 100 * recall, marker, color=colour, label=label, markersize=6.5)
    axes.set_title("Right, % of the digit's test images")
    axes.set_xticks(range(style.N_DIGITS))
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylim(-3, 116)
    axes.set_xlabel("true digit")
    axes.legend(loc="upper center", ncols=3, handletextpad=0.1, borderaxespad=0.1)
