"""The most frequent confusions of test images on the 2-D map, and the images behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import marks, theme

_NOTE = (
    "True label → label of the cluster{}; {} misplaced test images, first those that lie farthest "
    "from the nearest cluster of their own label, compared with the cluster they are in."
)
_GAP = 0.15  # inches between pairs
_CAPTION = 0.28  # inches above a row
_LEAST = 1.2  # inches of a caption


def draw(
    images: NDArray[np.uint8],
    clusters: Mapping[str, NDArray[Any]],
    thumbnails: NDArray[np.uint8] | None = None,
    indices: NDArray[np.integer] | None = None,
    *,
    pairs: int,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw a strip of images for each of the most frequent pairs of true and given label.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
    clusters : mapping
        Columns "label" and "clusters_2d_label" (labels, as `labels.encode` takes them) and
        "misplaced" (distances), a row an image.
    thumbnails, indices : ndarray, optional
        As `marks.as_seen` takes them.
    pairs : int
        Strips at most.
    columns : int
        Images in a strip at most, and in a row.
    colour_map : str
        Of the intensities.
    """
    names, (true, given) = labels.encode(clusters["label"], clusters["clusters_2d_label"])
    if (true < 0).all():
        return page.without_labels("The most frequent confusions on the 2-D map")
    images = marks.as_seen(images, thumbnails, indices)
    order = np.argsort(-clusters["misplaced"], kind="stable")
    wrong = [int(i) for i in order if true[i] != given[i] and true[i] >= 0]
    behind: dict[tuple[int, int], list[int]] = {}
    for i in wrong:
        behind.setdefault((int(true[i]), int(given[i])), []).append(i)
    chosen = sorted(behind, key=lambda pair: (-len(behind[pair]), pair))[:pairs]
    if len(chosen) > 1:
        title = f"The {len(chosen)} most frequent confusions on the 2-D map"
    else:
        title = "The one confusion on the 2-D map" if chosen else "No confusion on the 2-D map"

    none = f" ({labels.NONE} for none)" if (given < 0).any() else ""
    shown = f"{sum(len(behind[pair]) for pair in chosen):,} of {len(wrong):,}"
    width = (theme.WIDTH - 2 * theme.MARGIN) / columns
    side = width * images.shape[1] / images.shape[2]
    strips = [behind[pair][:columns] for pair in chosen]
    places = _flow([max(len(strip) * width, _LEAST) for strip in strips])
    rows = max((row for row, _ in places), default=0) + 1
    body = rows * (_CAPTION + side) + (rows - 1) * _GAP + theme.MARGIN
    figure, top = page.page(body, title, _NOTE.format(none, shown))
    height = top + body
    for pair, strip, (row, left) in zip(chosen, strips, places, strict=True):
        down = top + row * (_CAPTION + side + _GAP) + _CAPTION + side
        axes = figure.add_axes(
            (
                left / theme.WIDTH,
                1 - down / height,
                len(strip) * width / theme.WIDTH,
                side / height,
            )
        )
        marks.strip(axes, images[strip], colour_map)
        ends = [labels.NONE if code < 0 else names[code] for code in pair]
        axes.set_title(_caption(ends, len(behind[pair]), max(len(strip) * width, _LEAST)))
    return figure


def _flow(widths: Sequence[float]) -> list[tuple[int, float]]:
    """Place boxes row by row, each in the first row that has room for it: row, and left edge."""
    rows: list[float] = []
    places = []
    for width in widths:
        row = next((i for i, end in enumerate(rows) if end + width <= _END), len(rows))
        if row == len(rows):
            rows.append(theme.MARGIN)
        places.append((row, rows[row]))
        rows[row] += width + _GAP
    return places


_END = theme.WIDTH - theme.MARGIN + 1e-9


def _caption(pair: Sequence[str], count: int, room: float) -> str:
    """Name the two labels, as long as there is room, and the number of images."""
    longest = max(int((room / 0.085 - 9) / 2), 3)
    return " → ".join(labels.shortened(pair, longest)) + f" ({count:,})"
