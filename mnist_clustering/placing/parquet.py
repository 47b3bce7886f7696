"""Images in a column of a parquet file."""

import bisect
import math
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering.errors import InputError
from mnist_clustering.placing.source import SHAPE, Content

# Rows that are in memory at once.
_SOME = 500
_EMPTY = "holds no image"


class Parquet:
    """Images of a parquet file: a column "image" of picture files or of 784 bytes each.

    Parameters
    ----------
    path : Path
        The column may also be of structures with a field "bytes", as Hugging Face's datasets
        write it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _opened(path) as file:
            if "image" not in file.schema_arrow.names:
                raise InputError(
                    f"{path} has the columns {', '.join(file.schema_arrow.names)}, but none is "
                    'named "image"'
                )
            groups = range(file.metadata.num_row_groups)
            self.ends = list(accumulate(file.metadata.row_group(g).num_rows for g in groups))

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file and the row of each image."""
        return [(str(self.path), number) for number in range(start, stop)]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read some rows, of no more than the row groups that hold them."""
        first = bisect.bisect_right(self.ends, start)
        last = bisect.bisect_left(self.ends, stop)
        begin = self.ends[first - 1] if first else 0
        size = math.prod(SHAPE)
        with _opened(self.path) as file:
            groups = list(range(first, last + 1))
            for batch in file.iter_batches(_SOME, row_groups=groups, columns=["image"]):
                low, high = max(start - begin, 0), min(stop - begin, len(batch))
                begin += len(batch)
                if low >= high:
                    continue
                cells = _cells(batch.column(0).slice(low, high - low))
                if all(isinstance(cell, bytes) and len(cell) == size for cell in cells):
                    joined = b"".join(cells)  # type: ignore[arg-type]
                    yield np.frombuffer(joined, np.uint8).reshape(-1, *SHAPE)
                else:
                    yield cells


def _cells(column: Any) -> list[bytes | str]:
    """Return the bytes of each cell: a picture file, or grey levels."""
    from pyarrow import types

    if types.is_struct(column.type):
        column = column.field("bytes")
    if types.is_binary(column.type) or types.is_large_binary(column.type):
        return [_EMPTY if cell is None else cell for cell in column.to_pylist()]
    levels = [None if cell is None else np.asarray(cell) for cell in column.to_numpy(False)]
    fits = (cell is not None and cell.dtype.kind in "iu" and cell.max() < 256 for cell in levels)
    return [
        cell.astype(np.uint8).tobytes() if fit and cell is not None else _EMPTY
        for cell, fit in zip(levels, fits, strict=True)
    ]


def _opened(path: Path) -> Any:
    pyarrow = require_pyarrow()
    try:
        # Without buffering, a worker holds a part of a row group and not the whole.
        return pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16)
    except pyarrow.ArrowException as error:
        raise InputError(f"{path} is no parquet file or a damaged one: {error}") from None


def require_pyarrow() -> Any:
    """Import pyarrow, which not everyone has.

    Raises
    ------
    InputError
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError(
            "pyarrow, which parquet needs, is not installed here: make dask installs it"
        ) from None
    return pyarrow
