"""Deskewing: remove the slant of handwriting, in exact arithmetic.

Every step is an integer operation or a single IEEE 754 operation on an array element
(add, multiply, divide, round), so the result has the same bits on every machine.
"""

import numpy as np
from numpy.typing import NDArray

# Small chunks fit into the processor's cache.
_CHUNK = 256


def slant(images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate the slant of each image from its second moments.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)

    Returns
    -------
    shear : ndarray of float64, shape (n,)
        Horizontal shift in columns for each row down; 0 where all ink is in one row.
    centre : ndarray of float64, shape (n,)
        Row of the centre of mass, which the shear leaves in place.
    """
    mass = images.astype(np.int64)
    rows = np.arange(images.shape[1], dtype=np.int64)
    columns = np.arange(images.shape[2], dtype=np.int64)
    by_row = mass.sum(axis=2)
    total = by_row.sum(axis=1)
    row_sum = (by_row * rows).sum(axis=1)
    column_sum = (mass.sum(axis=1) * columns).sum(axis=1)
    row_squares = (by_row * rows * rows).sum(axis=1)
    products = ((mass * columns).sum(axis=2) * rows).sum(axis=1)
    # Central moments times the squared mass are integers.
    covariance = total * products - row_sum * column_sum
    variance = total * row_squares - row_sum * row_sum
    shear = covariance / np.where(variance == 0, 1, variance)
    return shear, row_sum / np.where(total == 0, 1, total)


def deskew(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shear each image horizontally so that rows and columns of its ink are uncorrelated.

    Values between two columns are interpolated linearly and rounded to the nearest integer.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)

    Returns
    -------
    ndarray of uint8, shape (n, height, width)

    Notes
    -----
    Method: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", 1998, section III.A (deslanting by second moments).

    Examples
    --------
    A diagonal stroke becomes upright:

    >>> deskew(255 * np.eye(5, dtype=np.uint8)[None])[0].any(axis=0).tolist()
    [False, False, True, False, False]
    """
    upright = np.empty_like(images)
    for start in range(0, len(images), _CHUNK):
        part = images[start : start + _CHUNK]
        shear, centre = slant(part)
        rows = np.arange(part.shape[1], dtype=np.float64)
        shift = shear[:, None] * (rows - centre[:, None])
        upright[start : start + _CHUNK] = _shift_rows(part, shift)
    return upright


def _shift_rows(images: NDArray[np.uint8], shift: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Move row r of image i left by ``shift[i, r]`` columns; vacated pixels become black."""
    n, height, width = images.shape
    whole = np.floor(shift)
    fraction = (shift - whole)[:, :, None]
    # Indices beyond the image point to a black column on either side.
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1)))
    columns = np.arange(width + 1) + 1 + whole.astype(np.int64)[:, :, None]
    starts = (np.arange(n * height) * (width + 2)).reshape(n, height, 1)
    found = padded.ravel()[starts + np.clip(columns, 0, width + 1)].astype(np.float64)
    # Each column is the right one of a pair and the left one of the next.
    left, right = found[:, :, :-1], found[:, :, 1:]
    return np.rint(left + fraction * (right - left)).astype(np.uint8)
