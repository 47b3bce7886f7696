"""The centroids of the raw pixels as images."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.methods.figures import style

_NOTE = (
    "The mean image of each cluster, under the digit that it is matched with, one to one\n"
    "(– for none); in grey the digit that most of its images show, where that is another one."
)


def draw(
    model: Mapping[str, NDArray[Any]],
    names: Mapping[str, Sequence[Any]],
    *,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw each centroid with the digit that it stands for.

    Parameters
    ----------
    model : mapping
        "centres": ndarray of integers, shape (k, side * side), intensities from 0 to 255.
    names : mapping
        The digit of each cluster "one_to_one" (None for none) and by "majority".
    columns : int
        Images in a row, or more where there are many rows.
    colour_map : str
        Of the intensities.
    """
    centres = model["centres"]
    digits, commonest = names["one_to_one"], names["majority"]
    side = math.isqrt(centres.shape[1])
    columns = max(columns, math.ceil(math.sqrt(len(centres))))
    title = f"The {len(centres)} centroids of KMeans on raw pixels"
    figure, tiles, scale = style.gallery(len(centres), columns, title, _NOTE)
    # Clusters that no digit is left for come last.
    order = sorted(range(len(centres)), key=lambda c: (digits[c] is None, digits[c], commonest[c]))
    for axes, cluster in zip(tiles, order, strict=True):
        style.image(axes, centres[cluster].reshape(side, side), colour_map)
        digit = "–" if digits[cluster] is None else str(digits[cluster])
        axes.set_title(digit, fontsize=15 * scale, pad=3 * scale)
        if digits[cluster] != commonest[cluster]:
            axes.set_title(
                f"mostly {commonest[cluster]}",
                fontsize=9.5 * scale,
                fontweight="normal",
                color=style.GREY,
                loc="right",
                pad=4 * scale,
            )
    return figure
