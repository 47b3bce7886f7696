"""The most frequent confusions of test images on the 2-D map, and the images behind them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.methods.figures import style

_NOTE = (
    "True digit → digit of the cluster (– for none); {} misplaced test images. In each row first "
    "come those that lie\nfarthest from the nearest cluster of their own digit, compared with the "
    "cluster they are in."
)
# In inches.
_LABEL = 1.0
_GAP = 0.09


def draw(
    images: NDArray[np.uint8],
    clusters: Mapping[str, NDArray[np.float64]],
    *,
    pairs: int,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw a row of images for each of the most frequent pairs of true and given digit.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side)
    clusters : mapping
        Columns "digit", "tsne_2d_digit" and "misplaced", a row an image.
    pairs : int
        Rows at most.
    columns : int
        Images in a row at most.
    colour_map : str
        Of the intensities.
    """
    true, given = style.whole(clusters["digit"]), style.whole(clusters["tsne_2d_digit"])
    order = np.argsort(-clusters["misplaced"], kind="stable")
    wrong = [int(i) for i in order if true[i] != given[i]]
    behind: dict[tuple[int, int], list[int]] = {}
    for i in wrong:
        behind.setdefault((int(true[i]), int(given[i])), []).append(i)
    chosen = sorted(behind, key=lambda pair: (-len(behind[pair]), pair))[:pairs]
    share = f"{sum(len(behind[pair]) for pair in chosen):,} of {len(wrong):,}"
    if len(chosen) > 1:
        title = f"The {len(chosen)} most frequent confusions on the 2-D map"
    else:
        title = "The one confusion on the 2-D map" if chosen else "No confusion on the 2-D map"

    side = (style.WIDTH - 0.3 - _LABEL) / columns
    height = 1.05 + max(len(chosen), 1) * (side + _GAP)
    figure = style.page(height, title, _NOTE.format(share))
    if chosen:
        strips = style.panels(figure, len(chosen), 1, top=0.95, left=0.15 + _LABEL, gap=(0, _GAP))
        for axes, pair in zip(strips, chosen, strict=True):
            style.strip(axes, images[behind[pair][:columns]], colour_map)
            _label(axes, pair, len(behind[pair]), min(1.0, 2 * side))
    return figure


def _label(axes: Axes, pair: tuple[int, int], count: int, scale: float) -> None:
    """Write the two digits and the number of images to the left of a strip."""
    look: dict[str, Any] = {
        "xy": (0, 0.5),
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "center",
    }
    name = "–" if pair[1] < 0 else str(pair[1])
    place = (-72 * _LABEL, 5 * scale)
    axes.annotate(
        f"{pair[0]} → {name}", xytext=place, fontsize=14 * scale, fontweight="bold", **look
    )
    images = "1 image" if count == 1 else f"{count:,} images"
    place = (-72 * _LABEL, -9 * scale)
    axes.annotate(images, xytext=place, fontsize=9 * scale, color=style.GREY, **look)
