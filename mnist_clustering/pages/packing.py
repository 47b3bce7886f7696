"""Arrays as scripts that a page opened from a folder can load, with the same bytes everywhere.

Such a page may neither fetch files nor import modules, but it may load classic scripts. Each data
file is therefore a script that calls one function with its name and its values. Arrays are deflated
and written in base64, which every browser decodes by itself.
"""

import base64
import io
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# What a data script calls, and the key by which the page tells an array from other values.
CALL, ARRAY = "explorerData", "deflated"
# Bytes in a row of the picture that the compressor is given.
ROW = 1 << 16
# Images that come together.
BLOCK = 4096
_SIGNATURE = 8
# Higher levels take ten times as long for 2 % fewer bytes.
_LEVEL = 6


def script(name: str, values: Mapping[str, Any]) -> str:
    """Write values as a script.

    Parameters
    ----------
    name : str
        By which the page asks for them.
    values : mapping of str to object
        What JSON can hold, and arrays, at any depth.

    Returns
    -------
    str
    """
    text = json.dumps(_encoded(values), separators=(",", ":"), allow_nan=False)
    return f"{CALL}({json.dumps(name)},{text});\n"


def scripts(packs: Mapping[str, Mapping[str, Any]], n_jobs: int) -> dict[str, str]:
    """Write several, by name, on some threads: what takes long, compression, is compiled code."""
    with ThreadPoolExecutor(n_jobs) as pool:
        return dict(zip(packs, pool.map(script, packs, packs.values()), strict=True))


def blocks(images: NDArray[Any], order: NDArray[np.integer]) -> dict[str, dict[str, Any]]:
    """Part images into blocks, of which a page loads those that it shows.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
    order : ndarray of int, shape (n,)
        In which they stand in the blocks, those that are seen together side by side.

    Returns
    -------
    dict of dict
        Values by the name of a script: "order", with the rows in this order, and "images/0" on,
        with `BLOCK` images each.
    """
    starts = range(0, len(order), BLOCK)
    return {"order": {"rows": order.astype(np.int32)}} | {
        f"images/{number}": {"images": images[order[start : start + BLOCK]]}
        for number, start in enumerate(starts)
    }


def _encoded(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return encode(value)
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    return value


def plain(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Turn arrays of one number into numbers (NaN into None), and 64 bits of whole ones into 32.

    Parameters
    ----------
    arrays : mapping of str to ndarray

    Raises
    ------
    OverflowError
        If a number needs more than 32 bits.

    Examples
    --------
    >>> plain({"k": np.array(3), "counts": np.array([1, 2])})
    {'k': 3, 'counts': array([1, 2], dtype=int32)}
    """
    found: dict[str, Any] = {}
    for name, array in arrays.items():
        if array.size == 1:
            # JSON has no NaN.
            found[name] = None if array.item() != array.item() else array.item()
        elif array.dtype == np.int64:
            if np.abs(array).max(initial=0) > np.iinfo(np.int32).max:
                raise OverflowError(f"{name} needs more than 32 bits")
            found[name] = array.astype(np.int32)
        else:
            found[name] = array
    return found


def encode(array: NDArray[Any]) -> dict[str, Any]:
    """Describe an array by its type, its shape and its deflated bytes.

    Parameters
    ----------
    array : ndarray of numbers of at most 32 bits, or float64

    Returns
    -------
    dict
        "dtype", "shape" and "deflated": base64 of a zlib stream of rows of `ROW` bytes, each after
        a byte 0, the last one filled up with zeros. The bytes of an array are ordered by their
        place in a number (the first of all numbers, then the second), which deflates better.
    """
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    planes = little.reshape(-1, 1).view(np.uint8).T
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        ARRAY: base64.b64encode(deflate(planes.tobytes())).decode("ascii"),
    }


def deflate(data: bytes) -> bytes:
    """Compress bytes to a zlib stream that does not depend on the machine's zlib.

    Python uses whichever zlib it finds, whose versions differ in what they write. Pillow brings its
    own, pinned with it, and writes palette pictures row by row without change.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    bytes
        A zlib stream, of rows as described at `encode`.
    """
    rows = max(-(-len(data) // ROW), 1)
    picture = Image.frombytes("P", (ROW, rows), data.ljust(ROW * rows, b"\0"))
    picture.putpalette(bytes(3 * 256))
    png = io.BytesIO()
    picture.save(png, format="PNG", bits=8, compress_level=_LEVEL)
    return b"".join(content for kind, content in _chunks(png.getvalue()) if kind == b"IDAT")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Part a PNG: its chunks have four bytes of length, four of kind, and four of checksum."""
    place = _SIGNATURE
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += length + 12
