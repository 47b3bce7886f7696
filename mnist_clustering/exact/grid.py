"""Maps on a grid: integer coordinates in place of floating-point positions."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

# Grid steps per map unit: far finer than the distance between two images.
STEPS = 1024


def snap(positions: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.integer]:
    """Round positions to the grid, so that their sums and products are exact.

    Parameters
    ----------
    positions : ndarray, shape (n, d)
        A map; integers (pixels) are on a grid already and are returned unchanged.

    Returns
    -------
    ndarray of int64, or of the dtype given, shape (n, d)
        In steps of 1 / 1024 map unit. Multiplying by a power of two is exact, so the result is
        rounded only once: maps with equal bits give equal grid positions.

    Examples
    --------
    >>> snap(np.array([[0.5, -1.25]], dtype=np.float32))
    array([[  512, -1280]])
    """
    if np.issubdtype(positions.dtype, np.integer):
        return cast("NDArray[np.integer]", positions)
    return np.rint(positions.astype(np.float64) * STEPS).astype(np.int64)


def variance(column: NDArray[np.integer]) -> float:
    """Compute the (population) variance of integers from exact sums."""
    whole = column.astype(np.int64)
    n = len(whole)
    return (n * int((whole * whole).sum()) - int(whole.sum()) ** 2) / n**2
