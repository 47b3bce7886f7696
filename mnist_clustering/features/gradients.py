"""Gradient-orientation features: direction and place of the strokes, in exact arithmetic.

All arithmetic is on integers, except for one square root, one division and one rounding per
number, whose results IEEE 754 defines to the last bit.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.features.pooling import pooling_kernel

# Signed directions of the gradient as (column, row), in steps of 45 degrees: clockwise as seen in
# the picture, since rows count downwards.
DIRECTIONS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
# A gradient splits exactly into one component along an axis and one along a diagonal; 7 / 5
# approximates the length sqrt(2) of the diagonal.
_AXIS, _DIAGONAL = 5, 7
# Cells are 4 pixels apart; the blur has a standard deviation of sqrt(3) pixels.
_POOL_CELLS, _POOL_STEP, _POOL_ORDER = 8, 4, 12
_FULL_SCALE = 512
_CHUNK = 256


def gradient_features(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Describe each image by its smoothed gradients in 8 directions on an 8 x 8 grid.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of uint8, shape (n, 512)
        For each direction, the 8 x 8 cells row by row: square roots of the pooled gradients. The
        features of one image have a Euclidean norm of 512 (before rounding).

    Notes
    -----
    Method: Liu, Nakashima, Sako and Fujisawa, "Handwritten digit recognition: investigation of
    normalization and feature extraction techniques", Pattern Recognition 37, 2004: decomposition
    of the gradient onto the two nearest of 8 directions, blurring, sampling, square root.
    """
    features = np.empty((len(images), len(DIRECTIONS) * _POOL_CELLS**2), dtype=np.uint8)
    # Small chunks fit into the processor's cache.
    for start in range(0, len(images), _CHUNK):
        part = images[start : start + _CHUNK]
        pooled = _pool(decompose(*gradient(part)))
        features[start : start + _CHUNK] = _normalise(pooled.reshape(len(part), -1))
    return features


def gradient(images: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Compute central differences of the slightly blurred images, padded by one pixel.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)

    Returns
    -------
    horizontal, vertical : ndarray of int32, shape (n, height + 2, width + 2)
        In units of 1 / 16 grey level, since the binomial kernel 1-2-1 is not divided by 4.
    """
    wide = np.pad(images, ((0, 0), (3, 3), (3, 3))).astype(np.int32)
    rows = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    blurred = rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]
    horizontal = blurred[:, 1:-1, 2:] - blurred[:, 1:-1, :-2]
    vertical = blurred[:, 2:, 1:-1] - blurred[:, :-2, 1:-1]
    return horizontal, vertical


def decompose(horizontal: NDArray[np.int32], vertical: NDArray[np.int32]) -> NDArray[np.int32]:
    """Split each gradient into its components along the two nearest of 8 directions.

    Parameters
    ----------
    horizontal, vertical : ndarray of int32, shape (n, height, width)

    Returns
    -------
    ndarray of int32, shape (8, n, height, width)
        Non-negative, in the order of `DIRECTIONS`; at most two of the 8 are positive at a pixel.

    Examples
    --------
    The gradient (3, 1) is 2 along the axis (1, 0) and 1 along the diagonal (1, 1), in units of
    1 / 5 and 1 / 7:

    >>> horizontal, vertical = np.array([[[3]]]), np.array([[[1]]])
    >>> decompose(horizontal, vertical)[:, 0, 0, 0].tolist()
    [10, 7, 0, 0, 0, 0, 0, 0]
    """
    across, down = np.abs(horizontal), np.abs(vertical)
    axis = _AXIS * np.abs(across - down)
    diagonal = _DIAGONAL * np.minimum(across, down)
    steep = down > across
    parts = np.zeros((len(DIRECTIONS), *horizontal.shape), dtype=np.int32)
    for part, (column, row) in zip(parts, DIRECTIONS, strict=True):
        if column and row:
            np.copyto(part, diagonal, where=(horizontal * column > 0) & (vertical * row > 0))
        elif column:
            np.copyto(part, axis, where=~steep & (horizontal * column > 0))
        else:
            np.copyto(part, axis, where=steep & (vertical * row > 0))
    return parts


def _pool(parts: NDArray[np.int32]) -> NDArray[np.float64]:
    """Blur each direction and sample it on the grid: (8, n, 30, 30) to (n, 8, 8, 8)."""
    kernel = pooling_kernel(parts.shape[-1], _POOL_CELLS, _POOL_STEP, _POOL_ORDER)
    # At most 2**41: float64 products are exact in any order of summation.
    pooled: NDArray[np.float64] = kernel @ parts.astype(np.float64) @ kernel.T
    return pooled.transpose(1, 0, 2, 3)


def _normalise(pooled: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Take square roots and scale each row to the same norm, in 8 bits."""
    # At most 512 squares of whole numbers below 2**21: their sum is exact.
    roots = np.rint(np.sqrt(pooled))
    length = np.sqrt(np.einsum("ij,ij->i", roots, roots))
    scaled = roots * (_FULL_SCALE / np.where(length == 0, 1, length))[:, None]
    return np.minimum(np.rint(scaled), 255).astype(np.uint8)
