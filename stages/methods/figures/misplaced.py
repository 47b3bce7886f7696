"""The test images that lie farthest from where they belong."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.methods.figures import style

_NOTE = (
    "Above each its true digit → the digit of its cluster (– for none). First comes the image that "
    "lies farthest from\nthe nearest cluster of its own digit, compared with the cluster it is in."
)


def draw(
    images: NDArray[np.uint8],
    clusters: Mapping[str, NDArray[np.float64]],
    *,
    count: int,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw the most misplaced test images with their true and their given digit.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, side, side)
    clusters : mapping
        Columns "digit", "tsne_2d_digit" and "misplaced", a row an image.
    count : int
        Images to draw at most.
    columns : int
        Images in a row.
    colour_map : str
        Of the intensities.
    """
    misplaced = clusters["misplaced"]
    worst = np.argsort(-misplaced, kind="stable")[: min(count, int((misplaced > 0).sum()))]
    true, given = style.whole(clusters["digit"]), style.whole(clusters["tsne_2d_digit"])
    n_wrong = int((true != given).sum())
    title = f"The {len(worst)} most misplaced of {n_wrong:,} misplaced test images on the 2-D map"
    if not len(worst):
        title = "No test image is misplaced on the 2-D map"
    figure, tiles, scale = style.gallery(len(worst), columns, title, _NOTE)
    for axes, i in zip(tiles, worst, strict=True):
        style.image(axes, images[i], colour_map)
        name = "–" if given[i] < 0 else str(given[i])
        axes.set_title(f"{true[i]} → {name}", fontsize=18 * scale, loc="center", pad=3 * scale)
    return figure
