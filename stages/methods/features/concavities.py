"""Concavity features: where the background is closed in by ink, in exact arithmetic."""

import numpy as np
from numpy.typing import NDArray

from stages.methods.features.pooling import pooling_kernel

# Enclosed on all sides, open to the right alone, open to the left alone.
KINDS = 3
# Cells 4 pixels apart, each a blur of sqrt(2) pixels.
_POOL_CELLS, _POOL_STEP, _POOL_ORDER = 7, 4, 8
_CHUNK = 256


def concavity_features(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Describe each image by its loops and bays on a 7 x 7 grid.

    They tell a closed loop from an open one, such as the head of a 9 from the upper bay of a 3,
    between which stroke directions differ little.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of uint8, shape (n, 147)
        For each of `concavities` the 7 x 7 cells row by row: square roots of the blurred maps,
        255 standing for ink on the required sides of the whole cell.

    Notes
    -----
    A soft form, in grey levels, of the concavities of Favata and Srikantan, "A multiple
    feature/resolution approach to handprinted digit and character recognition", International
    Journal of Imaging Systems and Technology 7, 1996.
    """
    features = np.empty((len(images), KINDS * _POOL_CELLS**2), dtype=np.uint8)
    kernel = pooling_kernel(images.shape[-1], _POOL_CELLS, _POOL_STEP, _POOL_ORDER)
    for start in range(0, len(images), _CHUNK):
        maps = concavities(images[start : start + _CHUNK])
        # Whole numbers up to 255 * 2**16, so that float64 products are exact in any order.
        pooled = kernel @ maps.astype(np.float64) @ kernel.T
        roots = np.rint(np.sqrt(pooled * (255.0 / 2.0 ** (2 * _POOL_ORDER))))
        features[start : start + _CHUNK] = roots.reshape(len(maps), -1)
    return features


def concavities(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Measure how much ink closes in each pixel, beyond the pixel's own.

    Looking from a pixel in one of the four directions, one sees the darkest ink on the way. The
    fainter of what closes a direction counts.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)

    Returns
    -------
    ndarray of uint8, shape (n, 3, height, width)
        Ink on all four sides, less the pixel's own; ink on all sides but the right, less that on
        all four; ink on all sides but the left, less that on all four.
    """
    darkest = np.maximum.accumulate
    left, right = darkest(images, axis=2), darkest(images[:, :, ::-1], axis=2)[:, :, ::-1]
    above, below = darkest(images, axis=1), darkest(images[:, ::-1], axis=1)[:, ::-1]
    between = np.minimum(above, below)
    all_round = np.minimum(between, np.minimum(left, right))
    return np.stack(
        [
            all_round - images,
            np.minimum(between, left) - all_round,
            np.minimum(between, right) - all_round,
        ],
        axis=1,
    )
