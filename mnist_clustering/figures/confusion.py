"""Which label is taken for which: confusion matrices."""

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

_PARTITIONS = {"pixels": "KMeans on pixels", "clusters_2d": "Clusters of the 2-D map"}
# Of cells on the diagonal, of others, and around white numbers.
_RIGHT, _WRONG, _EDGE = theme.ACCENTS[0], theme.ACCENTS[1], "#245a96"
_NOTE = (
    "Test images by true label (row) and label of their cluster (column{}). Clusters got their "
    "labels on train, one to one; the percentage above each matrix is the share of its diagonal. "
    "{}Colour: share of the row{}; orange is wrong."
)
_LEAST_TYPE = 4.0  # points; numbers that would be smaller are left out


def draw(table: Mapping[str, NDArray[Any]], scores: Mapping[str, Any], *, gamma: float) -> Figure:
    """Draw the confusion matrices of the pixels and of the clusters of the 2-D map.

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
    long = max(map(len, names)) > 2
    below, left, gap = (1.25, 1.25, 1.3) if long else (0.5, 0.48, 0.6)
    side = (theme.WIDTH - left - theme.MARGIN - gap) / 2
    title, note = "Which label is taken for which", _note(counts, scores, gamma)
    figure, top = page.page(0.3 + side + below, title, note)
    grid = page.panels(figure, 1, 2, top=top + 0.3, bottom=below, left=left, gap=(gap, 0))
    for axes, (name, heading) in zip(grid, _PARTITIONS.items(), strict=True):
        _draw_matrix(axes, counts[name], names, gamma)
        size = 0.8 * theme.HEADING if long else theme.HEADING
        axes.set_title(f"{heading}: {diagonal(counts[name]):.1%}", fontsize=size)
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
    shades[..., :3] = to_rgb(_WRONG)
    shades[np.eye(*counts.shape) > 0, :3] = to_rgb(_RIGHT)
    shades[..., 3] = np.where(counts, 0.15 + 0.85 * shares**gamma, 0)
    axes.imshow(shades, aspect="auto")
    across = 72 * axes.get_position().width * theme.WIDTH / counts.shape[1]
    size = min(theme.SMALL, 0.95 * across / (0.636 * len(str(counts.max()))))
    look: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": size}
    for (row, column), number in np.ndenumerate(counts):
        if number and size >= _LEAST_TYPE:
            text = axes.text(column, row, f"{number}", color=theme.NAME, **look)
            if row == column and shades[row, column, 3] > 0.6:
                edge = withStroke(linewidth=1.5, foreground=_EDGE)
                text.set(color="white", path_effects=[edge])
    marks.frame(axes)
    shown = labels.shortened(names, 10)
    columns = [*shown, labels.NONE][: counts.shape[1]]
    size = float(np.clip(theme.SMALL * (20 / len(names)), 4, theme.SMALL))
    turned = 90 if max(map(len, columns)) > 2 else 0
    axes.set_xticks(range(len(columns)), columns, fontsize=size, rotation=turned)
    axes.set_yticks(range(len(names)), shown, fontsize=size)
    axes.tick_params(length=0)
    axes.set(xlabel="label of the cluster", ylabel="true label")
