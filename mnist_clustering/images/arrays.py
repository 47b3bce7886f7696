"""Arrays of images as other programs keep them: NPY, NPZ, CSV, Parquet; and embeddings."""

import csv
import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.exact.levels import Levels

# Names under which well-known archives keep a part: images, then labels.
_KEYS = {
    "train": (
        ("train_images", "x_train", "images", "x", "X", "data", "arr_0"),
        ("train_labels", "y_train", "labels", "y", "target", "arr_1"),
    ),
    "test": (("test_images", "x_test"), ("test_labels", "y_test")),
}
# Columns that hold labels, as Kaggle's tables name them.
_LABEL_COLUMNS = ("label", "labels", "class", "target", "y")

# The weights of red, green and blue by ITU-R 601, as Pillow has them.
_GREY = np.array([299, 587, 114]) / 1000
# Images that are widened to float64 at once. It bounds the memory.
_BLOCK = 1024


@dataclass(frozen=True)
class Table:
    """What a file holds.

    Attributes
    ----------
    values : ndarray, shape (n, ...)
        Images or vectors, of whatever type.
    labels : list of str or int, or None
    """

    values: NDArray[Any]
    labels: list[Any] | None


def read(name: str, data: bytes) -> dict[str, Table]:
    """Read a file of one of the four formats, by its name's ending.

    Parameters
    ----------
    name : str
    data : bytes

    Returns
    -------
    dict of str to Table
        "train", and "test" if the file has one.

    Raises
    ------
    InputError
        If the file is damaged, or holds no images.
    """
    ending = name.rpartition(".")[2].lower()
    readers = {"npy": _read_npy, "npz": _read_npz, "csv": _read_csv, "parquet": _read_parquet}
    if ending not in readers:
        raise InputError(f"{name} is none of npy, npz, csv and parquet")
    try:
        return readers[ending](data)
    except InputError as error:
        raise InputError(f"{name} {error}") from None
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{name} is damaged or holds no plain numbers ({error})") from None


def _read_npy(data: bytes) -> dict[str, Table]:
    return {"train": Table(np.load(io.BytesIO(data), allow_pickle=False), None)}


def _read_npz(data: bytes) -> dict[str, Table]:
    parts = {}
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        for part, (images, labels) in _KEYS.items():
            found = next((key for key in images if key in archive), None)
            given = next((key for key in labels if key in archive), None)
            if found is not None:
                named = None if given is None else archive[given].ravel().tolist()
                parts[part] = Table(archive[found], named)
        if "train" not in parts:
            raise InputError(
                f"has arrays {', '.join(archive.files)}, but none of images: name "
                "them images and labels, or x_train, y_train, x_test, y_test"
            )
    return parts


def _read_csv(data: bytes) -> dict[str, Table]:
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    header = next(lines, [])
    rows = [row for row in lines if row]
    if not rows:
        raise InputError("has no rows below its header")
    if any(len(row) != len(header) for row in rows):
        raise InputError(f"has rows of another length than its header of {len(header)} columns")
    return {"train": _table(header, list(zip(*rows, strict=True)))}


def _read_parquet(data: bytes) -> dict[str, Table]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise InputError(
            "is Parquet, which needs pyarrow: install it (.venv/bin/python -m pip install pyarrow)"
        ) from None
    try:
        table = parquet.read_table(io.BytesIO(data))
    except Exception as error:
        raise InputError(f"is damaged ({error})") from None
    columns = [column.to_pylist() for column in table.columns]
    if len(columns) <= 2 and columns and isinstance(columns[0][0], list):
        values = np.array(columns[0])
        return {"train": Table(values, columns[1] if len(columns) == 2 else None)}
    return {"train": _table(table.column_names, columns)}


def _table(header: Sequence[str], columns: Sequence[Sequence[Any]]) -> Table:
    """Part the column of labels from those of numbers."""
    labels = next((i for i, name in enumerate(header) if name.lower() in _LABEL_COLUMNS), None)
    numbers = [column for i, column in enumerate(columns) if i != labels]
    values = np.array(numbers, dtype=np.float64).T
    return Table(values, None if labels is None else list(columns[labels]))


@dataclass(frozen=True)
class Scale:
    """What numbers are multiplied by to be grey levels."""

    factor: float


def scale_of(blocks: Iterable[NDArray[Any]]) -> Scale:
    """Find out what the numbers of images mean.

    Parameters
    ----------
    blocks : iterable of ndarray
        All images, some at a time. Grey levels go from 0 to 255, or from 0 to 1 (floats, masks), or
        from 0 to a higher number, which becomes 255.
    """
    high = 0.0
    for block in blocks:
        if block.dtype == np.uint8:
            return Scale(1.0)
        high = max(high, float(block.max()))
    if high > 255:
        return Scale(255 / high)
    return Scale(1.0 if high == 0 or high > 1 else 255.0)


def in_blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array into pieces: a copy of all as float64 would take much memory."""
    for start in range(0, len(values), _BLOCK):
        yield values[start : start + _BLOCK]


def to_images(
    values: NDArray[Any], shape: Sequence[int] | None = None, scale: Scale | None = None
) -> NDArray[np.uint8]:
    """Turn arrays of other programs into grey images.

    Parameters
    ----------
    values : ndarray, shape (n, height, width), (n, height, width, 1 or 3), (n, 1, height, width)
        or (n, pixels). Numbers from 0 to 255, from 0 to 1, or of any larger range from 0.
    shape : (int, int), optional
        Height and width of images given in rows; by default they are squares.
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
    if values.dtype == object or not (
        np.issubdtype(values.dtype, np.number) or values.dtype == bool
    ):
        raise InputError(f"holds {values.dtype}, but images are numbers")
    if not len(values):
        raise InputError("holds no images")
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        bad = int((~np.isfinite(values.reshape(len(values), -1))).any(axis=1).sum())
        raise InputError(f"has values that are no numbers (NaN, infinite) in {bad} images")
    if values.ndim == 2:
        side = math.isqrt(values.shape[1])
        height, width = shape or (side, side)
        if height * width != values.shape[1]:
            raise InputError(
                f"has rows of {values.shape[1]} pixels, which are no square: state "
                "shape: [height, width]"
            )
        values = values.reshape(-1, height, width)
    if values.ndim == 4 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 4 and values.shape[3] == 1:
        values = values[..., 0]
    if values.ndim != 3 and (values.ndim, values.shape[-1]) != (4, 3):
        raise InputError(f"is of shape {values.shape}, but images are (n, height, width)")
    if values.dtype == np.uint8 and values.ndim == 3:
        return np.ascontiguousarray(values)
    if (low := values.min()) < 0:
        raise InputError(f"has values from {low:g} to {values.max():g}, but images begin at 0")
    factor = (scale or scale_of(in_blocks(values))).factor
    return np.concatenate([_levels(block, factor) for block in in_blocks(values)])


def _levels(block: NDArray[Any], factor: float) -> NDArray[np.uint8]:
    wide = block.astype(np.float64)
    grey = wide if wide.ndim == 3 else wide @ _GREY
    return np.rint(grey * factor).astype(np.uint8)


@dataclass(frozen=True)
class Grid:
    """Embeddings rounded to bytes.

    Attributes
    ----------
    vectors : ndarray of uint8, shape (n, d)
    levels : Levels
        What new embeddings are rounded by, too.
    loss : float
        Mean squared error of the rounding, as a share of the variance.
    """

    vectors: NDArray[np.uint8]
    levels: Levels
    loss: float


def to_grid(vectors: NDArray[Any]) -> Grid:
    """Round embeddings to a grid of bytes, one step in all dimensions.

    Parameters
    ----------
    vectors : ndarray of floats or integers, shape (n, d)

    Returns
    -------
    Grid
        Each dimension around its own middle; distances keep their ratios but for the loss.

    Raises
    ------
    InputError
        If these are no finite vectors that differ.
    """
    numeric = np.issubdtype(vectors.dtype, np.number)
    if vectors.ndim != 2 or not numeric or not len(vectors) or vectors.shape[1] < 3:
        raise InputError(
            f"is {vectors.dtype} of shape {vectors.shape}, but embeddings are numbers of shape "
            "(n, d), d at least 3"
        )
    if bad := int((~np.isfinite(vectors)).any(axis=1).sum()):
        raise InputError(
            f"has values that are no numbers (NaN, infinite) in {bad} rows of "
            f"{len(vectors)}: drop these rows, or describe their images anew"
        )
    levels = Levels.fit(vectors)
    return Grid(levels.round(vectors), levels, levels.loss(vectors))
