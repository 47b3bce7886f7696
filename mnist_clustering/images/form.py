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
# Anything else: scaled and padded.
FRAME = "frame"
# Numbers that describe pictures already.
EMBEDDING = "embedding"
# Height and width of an image that is in form, in pixels.
FIELD = 28


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
    return Grid(levels.round(vectors), levels, levels.loss(vectors))


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
