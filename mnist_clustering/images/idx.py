"""The IDX format of MNIST: a header of big-endian integers, then unsigned bytes.

Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

import math
import struct

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

_UNSIGNED_BYTE = 0x08
_CONTENT = {1: "labels", 3: "images"}


def decode(data: bytes, name: str = "") -> NDArray[np.uint8]:
    """Read labels, shape (n,), or images, shape (n, height, width), from the bytes of an IDX file.

    Errors begin with the name; without one they are clauses that follow a name.

    Raises
    ------
    InputError
        If the header does not announce unsigned bytes in one or three dimensions, or the length
        differs from what the header states.

    Examples
    --------
    >>> decode(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    array([5, 0, 4], dtype=uint8)
    """
    shape, start = read_header(data, len(data), name)
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape).copy()


def read_header(data: bytes, size: int, name: str = "") -> tuple[tuple[int, ...], int]:
    """Read shape and length of the header of an IDX file of ``size`` bytes: see `decode`."""
    n_dimensions = data[3] if len(data) >= 4 else 0
    start = 4 + 4 * n_dimensions
    if data[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or n_dimensions not in _CONTENT:
        fault = (
            f"starts with the bytes {data[:4].hex(' ') or '(none)'}, but an IDX file of "
            "unsigned bytes starts with 00 00 08 01 (labels) or 00 00 08 03 (images)"
        )
    elif size < start:
        fault = f"ends after {size} bytes, within its header of {start}"
    else:
        shape = struct.unpack(f">{n_dimensions}I", data[4:start])
        if size == start + math.prod(shape):
            return shape, start
        fault = (
            f"has {size} bytes, but its header announces {_CONTENT[n_dimensions]} "
            f"of shape {shape}, which take {start + math.prod(shape)}"
        )
    raise InputError(f"{name} {fault}".lstrip())


def encode(array: NDArray[np.uint8]) -> bytes:
    """Write labels or images as the bytes of an IDX file.

    Raises
    ------
    InputError
        If the array is not of unsigned bytes, or has neither one nor three dimensions.

    Examples
    --------
    >>> encode(np.array([5, 0, 4], dtype=np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 03 05 00 04'
    """
    if array.dtype != np.uint8 or array.ndim not in _CONTENT:
        raise InputError(
            f"an array of {array.dtype} of shape {array.shape} cannot be written as IDX: "
            "it takes uint8 of one dimension (labels) or three (images)"
        )
    header = struct.pack(f">4B{array.ndim}I", 0, 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + array.tobytes()
