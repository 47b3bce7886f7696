"""The forms that images come in, what follows from a form, and how embeddings become images."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.exact.levels import Levels

# Strokes: found, sized and centred as MNIST's makers did, and deskewed.
HANDWRITING = "handwriting"
# Anything else: scaled and padded; things on a plain background, whatever its colour is, ...
FRAME = "frame"
# ... or pictures that are all content, as most of a set are if it is one of faces or photographs.
SCENE = "scene"
# Numbers that describe pictures already.
EMBEDDING = "embedding"
# Height and width of an image that is in form, in pixels.
FIELD = 28
# Shares of all variance, and times the spread of the column in the middle, that are worth a word.
_MOST_OF_ROW, _MOST_OF_COLUMN, _MOST_SPREAD = 0.5, 0.8, 20
_FEW_ROWS = 20


def is_deskewed(form: str) -> bool:
    """Whether slant is a matter of the hand, not of what is shown."""
    return form == HANDWRITING


def is_drawn(form: str) -> bool:
    """Whether neighbouring pixels are neighbours in a picture, so that gradients mean something."""
    return form != EMBEDDING


def luma(colours: NDArray[np.integer]) -> NDArray[np.int64]:
    """Weigh red, green and blue, shape (..., 3), as ITU-R 601 does, in Pillow's whole numbers.

    Grey of shape (..., 1) stays as it is.
    """
    if colours.shape[-1] == 1:
        return colours[..., 0].astype(np.int64)
    return (colours.astype(np.int64) @ np.array([19595, 38470, 7471]) + (1 << 15)) >> 16


@dataclass(frozen=True)
class Grid:
    """Embeddings rounded to bytes."""

    vectors: NDArray[np.uint8]  # (n, d)
    levels: Levels  # what new embeddings are rounded by, too
    loss: float  # mean squared error of the rounding, as a share of the variance
    advice: str  # what to do about rows or columns that outweigh all others; "" where none do


def to_grid(vectors: NDArray[Any]) -> Grid:
    """Round embeddings to a grid of bytes, one step in all dimensions.

    Parameters
    ----------
    vectors : ndarray of floats or integers, shape (n, d)

    Returns
    -------
    Grid
        Each dimension around its own middle; distances keep their ratios but for the loss.

    Raises
    ------
    InputError
        If these are no finite vectors that differ.
    """
    kind = vectors.dtype.kind
    if vectors.ndim != 2 or kind not in "uif" or not len(vectors) or vectors.shape[1] < 3:
        raise InputError(
            f"is {vectors.dtype} of shape {vectors.shape}, but embeddings are real numbers of "
            "shape (n, d), d at least 3"
        )
    if bad := int((~np.isfinite(vectors)).any(axis=1).sum()):
        raise InputError(
            f"has values that are no numbers (NaN, infinite) in {bad} rows of "
            f"{len(vectors)}: drop these rows, or describe their images anew"
        )
    levels = Levels.fit(vectors)
    return Grid(levels.round(vectors), levels, levels.loss(vectors), about_spread(vectors))


def about_spread(vectors: NDArray[Any]) -> str:
    """Say where a single row or column decides distances, and what to do.

    Parameters
    ----------
    vectors : ndarray of finite numbers, shape (n, d)

    Returns
    -------
    str
        One sentence, "" where there is nothing to say.
    """
    values = vectors / max(float(np.abs(vectors).max()), np.finfo(float).tiny)
    squares = np.square(values - values.mean(axis=0, dtype=float))
    rows, columns = squares.sum(axis=1), squares.sum(axis=0)
    total = max(float(columns.sum()), np.finfo(float).tiny)
    if len(rows) >= _FEW_ROWS and rows.max() > _MOST_OF_ROW * total:
        return (
            f"row {rows.argmax():,} alone holds {rows.max() / total:.0%} of all variance: mend it "
            "or leave it out"
        )
    advice = "standardise them (subtract the mean, divide by the standard deviation)"
    if columns.max() > _MOST_OF_COLUMN * total:
        return (
            f"column {columns.argmax():,} of {len(columns):,} holds {columns.max() / total:.0%} of "
            f"all variance, and decides alone: if columns are different measures, {advice}"
        )
    typical = float(np.median(columns))
    if columns.max() > _MOST_SPREAD**2 * typical:
        return (
            f"columns differ in spread, the widest being {np.sqrt(columns.max() / typical):.0f} "
            f"times as wide as the one in the middle: if they are different measures, {advice}"
        )
    return ""


def to_tiles(vectors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay the numbers of each vector out in rows, so that it can be kept and shown as an image.

    From shape (n, d) to (n, height, width), nearly square; zeros fill up the last row.
    """
    n, d = vectors.shape
    width = math.isqrt(d - 1) + 1
    height = -(-d // width)
    tiles = np.zeros((n, height * width), dtype=np.uint8)
    tiles[:, :d] = vectors
    return tiles.reshape(n, height, width)
