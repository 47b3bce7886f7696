"""Maps on a grid: whole numbers in place of floating-point positions."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

# Steps of the grid in one unit of the map: far finer than the distance between two images.
STEPS = 1024


def snap(positions: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.integer]:
    """Round positions to the grid, so that sums and products of them are exact.

    Parameters
    ----------
    positions : ndarray, shape (n, d)
        A map; integers (pixels) are on a grid already and returned as they are.

    Returns
    -------
    ndarray of int64, or of the dtype given, shape (n, d)
        In steps of 1 / 1024 map unit. The product is exact and rounded once: maps of equal bits
        give equal places, with no error to bound.
    """
    if np.issubdtype(positions.dtype, np.integer):
        return cast("NDArray[np.integer]", positions)
    return np.rint(positions.astype(np.float64) * STEPS).astype(np.int64)


def variance(column: NDArray[np.integer]) -> float:
    """Variance of whole numbers, by exact sums."""
    whole = column.astype(np.int64)
    n = len(whole)
    return (n * int((whole * whole).sum()) - int(whole.sum()) ** 2) / n**2
