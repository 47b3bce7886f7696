"""Arrays as other programs keep them: NPY, NPZ, IDX, CSV and Parquet, read as images or vectors.

Errors are clauses that follow the name of the file, as those of `decode`.
"""

import io
import math
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images import delimited, idx
from mnist_clustering.images.decode import advice, decode
from mnist_clustering.images.form import FIELD, luma
from mnist_clustering.images.labels import COLUMNS, Labels, of_column

NPY, IDX, ZIP, PARQUET = b"\x93NUMPY", b"\x00\x00\x08", b"PK\x03\x04", b"PAR1"
ENDINGS = (".npy", ".npz", ".idx", "-ubyte", ".parquet", *delimited.ENDINGS)
# Names under which well-known archives keep a part: images, then labels.
_KEYS = {
    "train": (
        ("train_images", "x_train", "images", "x", "X", "data", "arr_0"),
        ("train_labels", "y_train", "labels", "y", "target", "arr_1"),
    ),
    "test": (("test_images", "x_test"), ("test_labels", "y_test")),
}
KINDS = "NPY, NPZ, IDX, CSV and Parquet"
DAMAGED = "is damaged or holds no plain numbers: save it anew"
_MEANT = "but images are (n, height, width), (n, height, width, 1 or 3) or (n, pixels)"
# What NumPy raises on damaged files differs from place to place.
_ERRORS = (
    *(ValueError, EOFError, SyntaxError, OSError, KeyError, MemoryError, OverflowError),
    *(tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
# Numbers that are widened to float64 at once. It bounds the memory.
_BLOCK = 1 << 22


class Table(NamedTuple):
    """What a file holds."""

    values: NDArray[Any]  # (n, ...), images or vectors, of whatever type
    labels: Labels | None = None  # a label for each, if the file has some


class Scale(NamedTuple):
    """What numbers are multiplied by to be grey levels, and what to tell of it."""

    factor: float
    note: str | None = None


def is_array(start: bytes) -> bool:
    """Whether a file that begins like this is an array by its format."""
    return start.startswith((NPY, IDX, PARQUET))


def read(
    name: str,
    data: bytes,
    shape: Sequence[int] | None = None,
    picture: Callable[[bytes], NDArray[np.uint8]] = lambda cell: decode(cell).grey,
) -> dict[str, Table]:
    """Read a whole file, by how it begins, or by its name's ending if it is a text.

    Parameters
    ----------
    shape : (int, int), optional
        Height and width of images in rows, by which labels among them are found.
    picture : callable, optional
        What makes an image of a picture file within the file; by default its grey levels.

    Returns
    -------
    dict of str to Table
        "train", and "test" if the file has one.

    Raises
    ------
    InputError
        If the file is damaged, or holds no arrays, as a clause that follows its name.
    """
    try:
        if data.startswith(PARQUET):
            # Imported here, for it needs a package that not everyone has.
            from mnist_clustering.images import parquet

            return {"train": parquet.read(data, picture)}
        return _read(Path(name).suffix.lower(), data, shape)
    except InputError:
        raise
    except _ERRORS:
        raise InputError(DAMAGED) from None


def _read(ending: str, data: bytes, shape: Sequence[int] | None) -> dict[str, Table]:
    if data.startswith(NPY):
        return {"train": Table(np.load(io.BytesIO(data), allow_pickle=False))}
    if data.startswith(IDX):
        return {"train": Table(idx.decode(data))}
    if data.startswith(ZIP) and (ending == ".npz" or holds_arrays(data)):
        return _read_npz(data)
    if why := advice(data):
        raise InputError(why)
    if ending in delimited.ENDINGS:
        return {"train": _tabulated(delimited.read_rows(data), shape)}
    raise InputError(DAMAGED if ending in ENDINGS else f"is none of {KINDS}")


def holds_arrays(file: Path | bytes) -> bool:
    """Whether a ZIP archive is NPZ, and not one of other files."""
    try:
        with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def map_file(path: Path) -> NDArray[Any] | None:
    """Map an NPY or IDX file, of which only what is looked at is read; None for others."""
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(IDX):
        shape, offset = idx.read_header(start, path.stat().st_size)
        return (
            np.memmap(path, np.uint8, "r", offset, shape) if math.prod(shape) else np.empty(shape)
        )
    if not start.startswith(NPY):
        return None
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except _ERRORS:
        raise InputError(DAMAGED) from None


def _read_npz(data: bytes) -> dict[str, Table]:
    parts = {}
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        for part, (images, names) in _KEYS.items():
            found = next((key for key in images if key in archive), None)
            given = next((key for key in names if key in archive), None)
            if found is not None:
                named = None if given is None else of_column(archive[given].ravel().tolist())
                parts[part] = Table(archive[found], named)
        if "train" not in parts:
            raise InputError(
                f"has arrays {', '.join(archive.files)}, but none of images: name "
                "them images and labels, or x_train, y_train, x_test, y_test"
            )
    return parts


def _tabulated(rows: list[list[str]], shape: Sequence[int] | None) -> Table:
    """Part the numbers of a table from its header and its labels."""
    width = len(rows[0]) if rows else 0
    if any(len(row) != width for row in rows):
        raise InputError(f"has rows of another length than its first of {width} columns")
    header = rows.pop(0) if rows and _is_header(rows[0]) else None
    if not rows:
        raise InputError("has no rows below its header" if header else "is empty")
    if header is None:
        column = _unnamed_labels(rows, math.prod(shape) if shape else None)
    else:
        column = next(
            (i for i, name in enumerate(header) if name.strip().lower() in COLUMNS),
            None,
        )
    named = None if column is None else of_column([row.pop(column) for row in rows])
    return Table(np.array([_numbers(row) for row in rows]), named)


def _is_header(row: Sequence[str]) -> bool:
    """Whether a row names columns: most cells are no numbers, or they count 0, 1, 2, ..."""
    counted = [str(i) for i in range(len(row))]
    texts = sum(delimited.number(cell) is None for cell in row)
    return 2 * texts > len(row) or (len(row) > 9 and row[1:] in (counted[1:], counted[:-1]))


def _unnamed_labels(rows: Sequence[Sequence[str]], n_pixels: int | None) -> int | None:
    """Find the column of labels beside the pixels: the first, unless that never changes."""
    width = len(rows[0])
    if width - 1 not in (n_pixels or math.isqrt(width - 1) ** 2,):
        return None
    first, last = ({row[i] for row in rows} for i in (0, width - 1))
    return width - 1 if len(first) == 1 < len(last) else 0


def _numbers(row: Sequence[str]) -> NDArray[np.float64]:
    try:
        return np.array(row, dtype=np.float64)
    except ValueError:
        found = [delimited.number(cell) for cell in row]
    if None in found:
        raise InputError(
            f"has cells that are no numbers, such as {row[found.index(None)]!r}: a table of pixels "
            "may have one column of labels, and a list of pictures needs a column path"
        )
    return np.array(found, dtype=np.float64)


def layout(values: NDArray[Any], shape: Sequence[int] | None = None) -> NDArray[Any]:
    """View an array as images, in the shapes that libraries store them in.

    Parameters
    ----------
    values : ndarray
        Of shape (n, height, width), (n, height, width, 1 or 3), (n, 1 or 3, height, width) or
        (n, pixels); or one image, of shape (side, side) or (784,).
    shape : (int, int), optional
        Height and width of images given in rows; by default they are squares.

    Returns
    -------
    ndarray, shape (n, height, width) or (n, height, width, 3)

    Raises
    ------
    InputError
        If these are no images.
    """
    if values.dtype.kind not in "buif":
        raise InputError(f"holds {values.dtype}, but images are real numbers")
    if values.shape in ((FIELD * FIELD,), shape and tuple(shape)):
        values = values.reshape(1, -1)
    if values.ndim == 2:
        height, width = shape or _sides(values.shape)
        if height * width not in (values.shape[1], values.size):
            raise InputError(
                f"has rows of {values.shape[1]} pixels, which are no square: state "
                "shape: [height, width]"
            )
        values = values.reshape(-1, height, width)
    if values.ndim == 4 and values.shape[1] in (1, 3) and values.shape[3] not in (1, 3):
        values = np.moveaxis(values, 1, 3)
    if values.ndim == 4 and values.shape[3] == 1:
        values = values[..., 0]
    if values.ndim != 3 and not (values.ndim == 4 and values.shape[3] == 3):
        raise InputError(f"is of shape {values.shape}, {_MEANT}")
    if not values.size:
        raise InputError("holds no images")
    return values


def _sides(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of images in rows, or of the one image that a square without any is."""
    side = math.isqrt(shape[1])
    return (shape[0], shape[1]) if shape[0] == shape[1] != side * side else (side, side)


def scale_of(blocks: Iterable[NDArray[Any]]) -> Scale:
    """Find out what the numbers of images mean.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n, ...)
        All images, some at a time, as from `layout`. Grey levels go from 0 to 255, or from 0 to 1
        (floats, masks), or from 0 to a higher number, which becomes 255.

    Raises
    ------
    InputError
        If they are no grey levels.
    """
    low, high, bad = np.inf, -np.inf, 0
    for block in blocks:
        if block.dtype == np.uint8:
            return Scale(1.0)
        if block.dtype.kind == "f" and not np.isfinite(block).all():
            bad += int((~np.isfinite(block)).reshape(len(block), -1).any(axis=1).sum())
        low, high = min(low, float(block.min())), max(high, float(block.max()))
    if bad:
        raise InputError(f"has values that are no numbers (NaN, infinite) in {bad} images")
    if low < 0:
        raise InputError(f"has values from {low:g} to {high:g}, but images begin at 0")
    if high > 255:
        return Scale(255 / high, f"values up to {high:g} were scaled to 255, and rounded")
    if high == 0 or high > 1:
        return Scale(1.0)
    return Scale(255.0, "values from 0 to 1 were taken times 255, and rounded")


def in_blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array into pieces: a copy of all as float64 would take much memory."""
    step = max(1, _BLOCK // math.prod(values.shape[1:]))
    for start in range(0, len(values), step):
        yield values[start : start + step]


def to_images(
    values: NDArray[Any], shape: Sequence[int] | None = None, scale: Scale | None = None
) -> NDArray[np.uint8]:
    """Turn arrays of other programs, as `layout` takes them, into grey images.

    Parameters
    ----------
    scale : Scale, optional
        That of the whole array, if this is a part of it; by default `scale_of` these.

    Returns
    -------
    ndarray of uint8, shape (n, height, width)

    Raises
    ------
    InputError
        If these are no images.
    """
    values = layout(values, shape)
    factor = (scale or scale_of(in_blocks(values))).factor
    return np.concatenate([_levels(block, factor) for block in in_blocks(values)])


def _levels(block: NDArray[Any], factor: float) -> NDArray[np.uint8]:
    if block.dtype != np.uint8:
        block = np.rint(block.astype(np.float64) * factor).astype(np.uint8)
    return luma(block).astype(np.uint8) if block.ndim == 4 else block
