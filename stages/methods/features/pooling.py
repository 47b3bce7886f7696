"""Blurring an image and reading it on a coarse grid."""

from math import comb

import numpy as np
from numpy.typing import NDArray


def pooling_kernel(width: int, cells: int, step: int, order: int) -> NDArray[np.float64]:
    """Weigh the pixels of a row for each cell of a grid: binomially, a Gaussian of integers.

    Parameters
    ----------
    width : int
        Pixels in the row.
    cells, step : int
        How many cells, and how many pixels from one to the next; they lie centred on the row.
    order : int
        Of the binomial, whose standard deviation is ``sqrt(order) / 2`` pixels.

    Returns
    -------
    ndarray of float64, shape (cells, width)
        Whole numbers. Each row sums to ``2**order``, less what lies beyond the edges.
    """
    kernel = np.zeros((cells, width))
    first = (width - 1 - step * (cells - 1)) // 2 - order // 2
    for cell in range(cells):
        for tap in range(order + 1):
            column = first + cell * step + tap
            if 0 <= column < width:
                kernel[cell, column] = comb(order, tap)
    return kernel
