"""A fixed sample of images, for scores whose cost on all images would be too high."""

import numpy as np
from numpy.typing import NDArray


def fixed_sample(n: int, size: int) -> NDArray[np.int64]:
    """Return at most ``size`` of the indices 0 to n - 1, always the same, in ascending order.

    Examples
    --------
    >>> fixed_sample(n=3, size=5)
    array([0, 1, 2])
    """
    return np.sort(np.random.default_rng(0).permutation(n)[:size])
