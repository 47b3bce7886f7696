"""The centroids of the raw pixels as images."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import marks, theme

_NOTE = (
    "The mean image of each cluster, under the cluster's name and the label it is matched with, "
    "one to one{}; on the right the label of most of its images, where that is another."
)


def draw(
    model: Mapping[str, NDArray[Any]],
    names: Mapping[str, Sequence[Any]],
    images: NDArray[Any] | None = None,
    *,
    columns: int,
    colour_map: str,
) -> Figure:
    """Draw each centroid with the label that it is matched with.

    Parameters
    ----------
    model : mapping
        "centres": ndarray of integers, shape (k, height * width), intensities from 0 to 255.
    names : mapping
        The label of each cluster "one_to_one" (None for none) and by "majority".
    images : ndarray, shape (n, height, width), optional
        Images like those that were clustered, for their height and width. Without them, centroids
        are taken to be squares.
    columns : int
        Images in a row, or more where there are many rows.
    colour_map : str
        Of the intensities.

    Raises
    ------
    InputError
        If a centroid cannot be laid out in rows.
    """
    centres = model["centres"]
    matched, commonest = names["one_to_one"], names["majority"]
    height, width = _shape(centres, images)
    columns = max(columns, math.ceil(math.sqrt(len(centres))))
    title = f"The {len(centres)} centroids of KMeans on raw pixels"
    labelled = any(name is not None for name in commonest)
    note = _NOTE.format(f" ({labels.NONE} for none)" if None in matched else "")
    note = note if labelled else "The mean image of each cluster, under the cluster's name."
    # Sizes are those of five in a row.
    n, scale, rows = len(centres), 5 / columns, math.ceil(len(centres) / columns)
    gap, caption = 0.14 * scale, 0.28 * scale
    across = (theme.WIDTH - 2 * theme.MARGIN - gap * (columns - 1)) / columns
    body = rows * (across * height / width + caption) + (rows - 1) * gap + theme.MARGIN
    figure, top = page.page(body, title, note)
    tiles = page.panels(figure, rows, columns, top=top + caption, gap=(gap, gap + caption), n=n)
    order = sorted(
        range(len(centres)), key=lambda c: (*labels.rank(matched[c]), labels.rank(commonest[c]))
    )
    for axes, cluster in zip(tiles, order, strict=True):
        marks.image(axes, centres[cluster].reshape(height, width), colour_map)
        name = labels.cluster_name(cluster, matched[cluster], matched=labelled)
        axes.set_title(name, fontsize=theme.HEADING * scale, pad=3 * scale)
        if commonest[cluster] not in (None, matched[cluster]):
            look: dict[str, Any] = {"fontsize": theme.SMALL * scale, "fontweight": "normal"}
            axes.set_title(f"mostly {commonest[cluster]}", loc="right", pad=3 * scale, **look)
    return figure


def _shape(centres: NDArray[Any], images: NDArray[Any] | None) -> tuple[int, int]:
    """Height and width of a centroid."""
    n = centres.shape[1]
    height, width = (math.isqrt(n), math.isqrt(n)) if images is None else images.shape[1:]
    if height * width != n:
        raise InputError(
            f"a centroid of {n} pixels is no image of {height} x {width}: give images of the size "
            "that was clustered"
        )
    return height, width
