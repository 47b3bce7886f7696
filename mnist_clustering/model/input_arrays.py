"""Arrays of images in MNIST's form, in the shapes and types that libraries store them in."""

import io
import math
import tokenize

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images import idx
from mnist_clustering.images.handwriting import FIELD

SIDES = (FIELD, FIELD)
ALLOWED = (
    "images are (n, 28, 28), (n, 28, 28, 1), (n, 1, 28, 28), (n, 784) or one (28, 28), of grey "
    "levels from 0 to 255, or of floats from 0 to 1"
)
FLOATS = "floats from 0 to 1 were taken times 255, and rounded"


def read_npy(data: bytes, name: str) -> NDArray:
    """Read one array; nothing in the file is executed.

    Raises
    ------
    InputError
        If it is damaged, or does not hold plain numbers.
    """
    try:
        array: NDArray = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, SyntaxError, tokenize.TokenError, MemoryError) as error:
        raise InputError(f"{name} is damaged or holds no plain numbers: {error}") from None
    return array


def read_idx(data: bytes, name: str) -> NDArray[np.uint8]:
    """Read an IDX file of bytes."""
    return idx.decode(data, name)


def images(array: NDArray, name: str) -> tuple[NDArray[np.uint8], str | None]:
    """Bring an array into the shape and type of MNIST's images.

    Parameters
    ----------
    array : ndarray
        See `ALLOWED`.
    name : str
        What to call it in an error.

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
    note : str or None
        What was done to the values, if anything.

    Raises
    ------
    InputError
        If shape, type or values are others.
    """
    shape = tuple(side for side in array.shape[1:] if side != 1)
    single = array.shape in (SIDES, (math.prod(SIDES),))
    if not single and shape not in (SIDES, (math.prod(SIDES),)):
        raise InputError(f"{name} holds {array.dtype} of shape {array.shape}, but {ALLOWED}")
    if not array.size:
        raise InputError(f"{name} holds no images")
    return _levels(array.reshape(-1, *SIDES), name)


def _levels(array: NDArray, name: str) -> tuple[NDArray[np.uint8], str | None]:
    if array.dtype == np.uint8:
        return array, None
    if array.dtype.kind not in "buif" or not np.isfinite(array).all():
        raise InputError(f"{name} holds {array.dtype} that are no grey levels, but {ALLOWED}")
    low, high = float(array.min()), float(array.max())
    if low < 0 or high > 255:
        raise InputError(f"{name} holds values from {low:g} to {high:g}, but {ALLOWED}")
    if array.dtype.kind == "f" and high <= 1:
        return np.rint(array.astype(np.float64) * 255).astype(np.uint8), FLOATS
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255, None
    return np.rint(array).astype(np.uint8), None


def labels(array: NDArray, name: str) -> list[str]:
    """Read labels off an array.

    Raises
    ------
    InputError
        If it has more than one dimension.
    """
    if array.ndim != 1:
        raise InputError(f"{name} has shape {array.shape}: give one label an image, in their order")
    return [str(label) for label in array.tolist()]
