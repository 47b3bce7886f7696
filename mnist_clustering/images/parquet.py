"""Images in a parquet file: picture files or numbers in a column, or a column for each pixel."""

import bisect
import io
import itertools
from collections.abc import Callable, Collection, Iterator
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images.arrays import Scale, Table, layout, scale_of, to_images
from mnist_clustering.images.labels import COLUMNS, of_column

# Rows that are in memory at once.
_SOME = 500
_EMPTY = "holds no image"
_IMAGE = ("image", "img", "picture")
# What stands in rows: picture files (or why there is none), or the numbers of images.
Rows = list[bytes | str] | NDArray[Any]


class Parquet:
    """Images (or vectors) of a parquet file, of which only what is asked for is read.

    One column may hold picture files, as such or in structures with a field "bytes" as Hugging
    Face's datasets write them, or lists of numbers; or else all columns but that of labels are
    pixels.
    """

    def __init__(self, path: str, data: bytes | None = None, as_they_are: bool = False) -> None:
        self.path, self.data, self.as_they_are = path, data, as_they_are
        with self._opened() as file:
            names = file.schema_arrow.names
            self.label = next((name for name in names if name.strip().lower() in COLUMNS), None)
            self.columns, self.holds_files = self._columns(file.schema_arrow)
            groups = range(file.metadata.num_row_groups)
            self.ends = list(accumulate(file.metadata.row_group(g).num_rows for g in groups))
        self.scale = Scale(1.0)
        if not as_they_are and not self.holds_files:
            # Of the numbers of all rows, and not only of those that are read.
            numbers = (rows for rows in self.rows(0, len(self)) if not isinstance(rows, list))
            self.scale = scale_of(map(layout, numbers))
        self.note = self.scale.note

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def _columns(self, schema: Any) -> tuple[list[str], bool]:
        """Name the column of images, or those of pixels; and say whether they are files."""
        from pyarrow import types

        others = [field for field in schema if field.name != self.label]
        held = [field.name for field in others if types.is_nested(field.type)
                or types.is_binary(field.type) or types.is_large_binary(field.type)]  # fmt: skip
        named = [name for name in held if name.lower() in _IMAGE] or held
        numbers = [field.name for field in others
                   if types.is_integer(field.type) or types.is_floating(field.type)]  # fmt: skip
        if len(named) == 1:
            kind = schema.field(named[0]).type
            return named, not types.is_nested(kind) or types.is_struct(kind)
        if named or not numbers or len(numbers) < len(others):
            raise InputError(
                f"has the columns {', '.join(schema.names[:9])}, but none of picture files or "
                'numbers is named "image"'
            )
        return numbers, False

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file and the row of each image."""
        return [(self.path, number) for number in range(start, stop)]

    def read(self, start: int, stop: int) -> Iterator[Rows]:
        """Read some rows, of no more than the row groups that hold them."""
        for rows in self.rows(start, stop):
            if self.as_they_are or isinstance(rows, list):
                yield rows
            else:
                yield to_images(rows, scale=self.scale)

    def rows(self, start: int, stop: int) -> Iterator[Rows]:
        """Read some rows as they are."""
        first = bisect.bisect_right(self.ends, start)
        last = bisect.bisect_left(self.ends, stop)
        begin = self.ends[first - 1] if first else 0
        with self._opened() as file:
            groups = list(range(first, last + 1))
            for batch in _batches(file, groups, self.columns):
                low, high = max(start - begin, 0), min(stop - begin, len(batch))
                begin += len(batch)
                if low < high:
                    yield from _rows(batch.slice(low, high - low))

    def _opened(self) -> Any:
        return self.opened(self.path if self.data is None else io.BytesIO(self.data))

    @staticmethod
    def opened(source: str | io.BytesIO) -> Any:
        """Open a file as pyarrow does."""
        pyarrow = require_pyarrow()
        try:
            # Without buffering, a worker holds a part of a row group and not the whole.
            return pyarrow.parquet.ParquetFile(source, pre_buffer=False, buffer_size=1 << 16)
        except pyarrow.ArrowException:
            raise InputError("is no parquet file or a damaged one") from None


def _batches(file: Any, groups: list[int], columns: list[str]) -> Iterator[Any]:
    import pyarrow

    try:
        yield from file.iter_batches(_SOME, row_groups=groups, columns=columns)
    except pyarrow.ArrowException:
        raise InputError("is damaged") from None


def _rows(batch: Any) -> Iterator[Rows]:
    """Part a batch into picture files, numbers, and rows that hold nothing."""
    from pyarrow import types

    column = batch.column(0)
    if len(batch.columns) > 1 or types.is_integer(column.type) or types.is_floating(column.type):
        yield np.column_stack([own.to_numpy(zero_copy_only=False) for own in batch.columns])
        return
    if types.is_struct(column.type):
        column = column.field("bytes")
    if types.is_binary(column.type) or types.is_large_binary(column.type):
        yield [_EMPTY if cell is None else cell for cell in column.to_pylist()]
        return
    for valid, run in itertools.groupby(range(len(column)), lambda i: column[i].is_valid):
        first, *more = run
        own = column.slice(first, 1 + len(more))
        yield _numbers(own) if valid else [_EMPTY] * len(own)


def _numbers(column: Any) -> NDArray[Any]:
    """Return lists of numbers, of one length at each depth, as an array."""
    from pyarrow import compute, types

    shape = [len(column)]
    while types.is_nested(column.type):
        lengths = set(compute.list_value_length(column).to_pylist())
        if len(lengths) > 1:
            raise InputError("has images of several sizes: bring them to one")
        shape += lengths
        column = column.flatten()
    return column.to_numpy(zero_copy_only=False).reshape(shape)


def read(data: bytes, picture: Callable[[bytes], NDArray[np.uint8]]) -> Table:
    """Read a whole file, and make an image of each picture file in it: see `arrays.read`.

    Raises
    ------
    InputError
        If it is damaged, or if a row holds no image, as a clause that follows its name.
    """
    file = Parquet("-", data, as_they_are=True)
    parts: list[NDArray[Any]] = []
    for rows in file.rows(0, len(file)):
        if isinstance(rows, list):
            parts += [_image(cell, picture)[None] for cell in rows]
        else:
            parts.append(rows)
    if len({part.shape[1:] for part in parts}) != 1:
        raise InputError("has images of several sizes: bring them to one" if parts else "is empty")
    _, *named = read_rows(data, COLUMNS)
    return Table(np.concatenate(parts), of_column(row[0] for row in named) if file.label else None)


def read_rows(data: bytes, names: Collection[str]) -> list[list[Any]]:
    """Read the columns of some names, whatever their case: a header, and a row each."""
    with Parquet.opened(io.BytesIO(data)) as file:
        header = [name for name in file.schema_arrow.names if name.strip().lower() in names]
        columns = [column.to_pylist() for column in file.read(columns=header).columns]
    return [header, *map(list, zip(*columns, strict=True))]


def _image(cell: bytes | str, picture: Callable[[bytes], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    try:
        if isinstance(cell, str):
            raise InputError(cell)
        return picture(cell)
    except InputError as error:
        raise InputError(f"has a row that {error}") from None


def require_pyarrow() -> Any:
    """Import pyarrow, which not everyone has."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError(
            "is Parquet, which needs pyarrow: make dask installs it into .venv-dask, or "
            "python -m pip install pyarrow"
        ) from None
    return pyarrow
