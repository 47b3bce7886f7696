"""The most frequent confusions of test images on the 2-D map, and the images behind them."""

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
    "True label → label of the cluster{}; {} misplaced test images. In each row first those that "
    "lie farthest from the nearest cluster of their own label, compared with the cluster they are "
    "in."
)
# In inches.
_LABEL = 1.0
_GAP = 0.09


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
    """Draw a row of images for each of the most frequent pairs of true and given label.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
    clusters : mapping
        Columns "label" and "clusters_2d_label" (labels, as `labels.encode` takes them) and
        "misplaced" (distances), a row an image.
    thumbnails, indices : ndarray, optional
        As `marks.as_seen` takes them.
    pairs : int
        Rows at most.
    columns : int
        Images in a row at most.
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
    width = (theme.WIDTH - 2 * theme.MARGIN - _LABEL) / columns
    side = width * images.shape[1] / images.shape[2]
    body = max(len(chosen), 1) * (side + _GAP) + theme.MARGIN
    figure, top = page.page(body, title, _NOTE.format(none, shown))
    if chosen:
        strips = page.panels(
            figure, len(chosen), 1, top=top, left=theme.MARGIN + _LABEL, gap=(0, _GAP)
        )
        for axes, pair in zip(strips, chosen, strict=True):
            marks.strip(axes, images[behind[pair][:columns]], colour_map)
            pair_names = [labels.NONE if code < 0 else names[code] for code in pair]
            _label(axes, pair_names, len(behind[pair]), min(1.0, 2 * side))
    return figure


def _label(axes: Axes, pair: Sequence[str], count: int, scale: float) -> None:
    """Write the two labels and the number of images to the left of a strip."""
    look: dict[str, Any] = {
        "xy": (0, 0.5),
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "center",
    }
    place = (-72 * _LABEL, 6 * scale)
    name = " → ".join(labels.shortened(pair, 10))
    # Short names in large type; long ones as large as the room to the left of the strip.
    size = min(theme.TITLE * scale, 72 * _LABEL / (0.72 * len(name)))
    axes.annotate(name, xytext=place, fontsize=size, fontweight="bold", **look)
    images = "1 image" if count == 1 else f"{count:,} images"
    place = (-72 * _LABEL, -9 * scale)
    axes.annotate(images, xytext=place, fontsize=theme.SMALL * scale, **look)
