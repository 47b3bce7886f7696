"""Blurring an image and sampling it on a coarse grid."""

from math import comb

import numpy as np
from numpy.typing import NDArray


def pooling_kernel(width: int, cells: int, step: int, order: int) -> NDArray[np.float64]:
    """Compute the weights of the pixels of a row in each cell of a grid.

    The weights are binomial coefficients, an integer approximation of a Gaussian.

    Parameters
    ----------
    width : int
        Number of pixels in the row.
    cells, step : int
        Number of cells, and their spacing in pixels; the grid is centred on the row.
    order : int
        Order of the binomial, whose standard deviation is ``sqrt(order) / 2`` pixels.

    Returns
    -------
    ndarray of float64, shape (cells, width)
        Whole numbers. Each row sums to ``2**order``, minus the weights beyond the edges.

    Examples
    --------
    >>> pooling_kernel(width=7, cells=2, step=4, order=2)
    array([[1., 2., 1., 0., 0., 0., 0.],
           [0., 0., 0., 0., 1., 2., 1.]])
    """
    kernel = np.zeros((cells, width))
    first = (width - 1 - step * (cells - 1)) // 2 - order // 2
    for cell in range(cells):
        for tap in range(order + 1):
            column = first + cell * step + tap
            if 0 <= column < width:
                kernel[cell, column] = comb(order, tap)
    return kernel
