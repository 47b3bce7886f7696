"""Concavity features: where ink encloses the background, in exact arithmetic."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.features.pooling import pooling_kernel

# Enclosed on all sides, open to the right only, open to the left only.
KINDS = 3
# Cells are 4 pixels apart; the blur has a standard deviation of sqrt(2) pixels.
_POOL_CELLS, _POOL_STEP, _POOL_ORDER = 7, 4, 8
_CHUNK = 256


def concavity_features(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Describe each image by its loops and bays on a 7 x 7 grid.

    They distinguish a closed loop from an open one, such as the head of a 9 from the upper bay
    of a 3, whose stroke directions differ little.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of uint8, shape (n, 147)
        For each of the three maps of `concavities`, the 7 x 7 cells row by row: square roots of
        the blurred maps. A value of 255 means full ink on the required sides of the whole cell.

    Notes
    -----
    A grey-level form of the concavities of Favata and Srikantan, "A multiple
    feature/resolution approach to handprinted digit and character recognition", International
    Journal of Imaging Systems and Technology 7, 1996.
    """
    features = np.empty((len(images), KINDS * _POOL_CELLS**2), dtype=np.uint8)
    kernel = pooling_kernel(images.shape[-1], _POOL_CELLS, _POOL_STEP, _POOL_ORDER)
    for start in range(0, len(images), _CHUNK):
        maps = concavities(images[start : start + _CHUNK])
        kinds, height, width, n = maps.shape
        # Whole numbers up to 255 * 2**16: float64 products are exact in any order.
        rows = kernel @ maps.reshape(kinds, height, width * n).astype(np.float64)
        pooled = kernel @ rows.reshape(kinds, _POOL_CELLS, width, n)
        roots = np.rint(np.sqrt(pooled * (255.0 / 2.0 ** (2 * _POOL_ORDER))))
        features[start : start + _CHUNK] = roots.reshape(-1, n).T
    return features


def concavities(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Measure how much ink encloses each pixel, beyond the pixel's own ink.

    In each of the four directions from a pixel, the darkest ink on the way counts. A pixel is
    enclosed as strongly as the weakest of the directions required.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)

    Returns
    -------
    ndarray of uint8, shape (3, height, width, n)
        Images last, so that each step is over all of them at once. Ink on all four sides, minus
        the pixel's own; ink on all sides but the right, minus that on all four; ink on all sides
        but the left, minus that on all four.

    Examples
    --------
    The pixel in the middle of a ring is enclosed on all sides:

    >>> ring = np.array([[[9, 9, 9], [9, 0, 9], [9, 9, 9]]], dtype=np.uint8)
    >>> concavities(ring)[:, 1, 1, 0].tolist()
    [9, 0, 0]

    Without ink on the right, it is open to the right:

    >>> ring[0, 1, 2] = 0
    >>> concavities(ring)[:, 1, 1, 0].tolist()
    [0, 9, 0]
    """
    pixels = np.ascontiguousarray(images.transpose(1, 2, 0))
    left, right = _darkest(pixels, 1), _darkest(pixels[:, ::-1], 1)[:, ::-1]
    above, below = _darkest(pixels, 0), _darkest(pixels[::-1], 0)[::-1]
    between = np.minimum(above, below)
    all_round = np.minimum(between, np.minimum(left, right))
    return np.stack(
        [
            all_round - pixels,
            np.minimum(between, left) - all_round,
            np.minimum(between, right) - all_round,
        ]
    )


def _darkest(pixels: NDArray[np.uint8], axis: int) -> NDArray[np.uint8]:
    """Find the darkest ink from the border up to each pixel: `numpy.maximum.accumulate`, faster."""
    found = pixels.copy()
    steps = np.moveaxis(found, axis, 0)
    for before, here in pairwise(steps):
        np.maximum(before, here, out=here)
    return found
