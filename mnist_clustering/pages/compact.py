"""Positions in 16 bits, enough for any screen."""

import numpy as np
from numpy.typing import NDArray

_LARGEST = 32767


def compact(positions: NDArray[np.floating]) -> tuple[NDArray[np.int16], float]:
    """Round positions to whole multiples of a unit, of which the farthest has 32,767.

    Parameters
    ----------
    positions : ndarray, any shape

    Returns
    -------
    steps : ndarray of int16, of the same shape
    unit : float

    Examples
    --------
    >>> steps, unit = compact(np.array([[-2.0, 1.0]]))
    >>> steps.tolist(), round(unit * 32767, 12)
    ([[-32767, 16384]], 2.0)
    """
    unit = float(np.abs(positions).max(initial=0)) / _LARGEST or 1.0
    return np.rint(positions.astype(np.float64) / unit).astype(np.int16), unit
