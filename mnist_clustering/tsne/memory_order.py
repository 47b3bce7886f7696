"""Order of the points in memory during optimisation, which decides its speed.

The fewer cache misses between one point and the next, the faster the iterations. The order also
decides in which sequence numbers are added, and so the last bits of a map.
"""

import numpy as np
from numpy.typing import NDArray

_STRIPS = 32


def by_signs(components: NDArray[np.integer]) -> NDArray[np.intp]:
    """Sort points by the signs of their principal components (their orthant).

    Most neighbours then lie near each other in memory, before there is a map to sort by. The
    attractive forces between 60,000 points take two thirds of the time.

    Parameters
    ----------
    components : ndarray of integers, shape (n, d)
        The leading principal components, most significant first; eight tell 256 orthants apart.

    Returns
    -------
    ndarray of int, shape (n,)
        Indices of the points in their new order; ties keep theirs.

    Examples
    --------
    >>> by_signs(np.array([[5, 1], [-2, 3], [4, -1], [-1, -6]])).tolist()
    [3, 1, 2, 0]
    """
    return np.lexsort((components > 0).T[::-1])


def by_strips(positions: NDArray[np.float64]) -> NDArray[np.intp]:
    """Sort points by position, along horizontal strips of the first two axes.

    Consecutive points then visit the same nodes of a Barnes-Hut tree, which stay in the
    processor's cache: half the time for 60,000 points.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, n_dims)

    Returns
    -------
    ndarray of int, shape (n,)
        Indices of the points in their new order.
    """
    x, y = positions[:, 0], positions[:, 1]
    strip = np.floor((y - y.min()) * (_STRIPS / (np.ptp(y) or 1.0)))
    return np.lexsort((x, strip))
