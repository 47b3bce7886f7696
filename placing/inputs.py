"""What images are placed: arrays, pictures by manifest or folder, tar shards, parquet.

Any range of images can be read by itself, and nothing is held that grows with their number: blocks
are read by workers that know only the paths.
"""

import bisect
import csv
import functools
import hashlib
import io
import math
import os
import tarfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError

SHAPE = (28, 28)
PICTURES = (".png", ".jpg", ".jpeg")
# Of a manifest the place of every so-manieth line is kept.
_STRIDE = 1000
_COLUMN = "path"
_EMPTY = "holds no image"


# Images in MNIST's form; or picture files, and for each that cannot be read the reason.
Content = NDArray[np.uint8] | list[bytes | str]


class Source(Protocol):
    """Images in a fixed order, of which any range can be read."""

    def __len__(self) -> int: ...

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file of each image, and its number in that file."""
        ...

    def read(self, start: int, stop: int) -> Content:
        """Read a range; raise InputError or OSError if the whole of it is unreadable."""
        ...


def digest(content: Content) -> str:
    """Digest images, whatever files they come from.

    Parameters
    ----------
    content : ndarray of uint8, shape (n, 28, 28), or list of bytes or str

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    if isinstance(content, np.ndarray):
        found.update(np.ascontiguousarray(content).data)
        return found.hexdigest()
    for item in content:
        # Between two pictures stands the length, so that no other cut gives the same digest.
        found.update(b"%d:%b" % (len(item), item) if isinstance(item, bytes) else b"-")
    return found.hexdigest()


def open_source(path: str | Path) -> Source:
    """Recognise what a path holds.

    Parameters
    ----------
    path : str or Path
        IDX or NPY file of images in MNIST's form, a ``.tar`` of pictures, ``.parquet``, a manifest
        (``.txt``: a path a line; ``.csv``: a column "path"), or a folder of pictures.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the path is none of these, or damaged.
    OSError
    """
    path = Path(path)
    if path.is_dir():
        return Folder(path)
    kind = _KINDS.get(path.suffix.lower())
    if kind:
        return kind(path)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"\x93NUMPY", b"\x00\x00\x08")):
        return Array(path)
    packed = " (unpack it first: gunzip)" if start.startswith(b"\x1f\x8b") else ""
    raise InputError(
        f"{path} is none of what can be placed{packed}: IDX, NPY, .tar shards of pictures, "
        ".parquet, a manifest (.txt or .csv with the paths of pictures) or a folder of pictures"
    )


class Joined:
    """Several sources one after the other.

    Parameters
    ----------
    sources : sequence of Source
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.ends = list(accumulate(map(len, sources)))

    def __len__(self) -> int:
        return self.ends[-1]

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file of each image, and its number in that file."""
        return [
            name
            for source, begin, end in self._parts(start, stop)
            for name in source.names(begin, end)
        ]

    def read(self, start: int, stop: int) -> list[Content]:
        """Read a range, a part for each source that it touches."""
        return [source.read(begin, end) for source, begin, end in self._parts(start, stop)]

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Source, int, int]]:
        number = bisect.bisect_right(self.ends, start)
        while start < stop:
            begin = self.ends[number - 1] if number else 0
            end = min(stop, self.ends[number])
            if end > start:
                yield self.sources[number], start - begin, end - begin
            start, number = end, number + 1


class Array:
    """Images of an IDX or NPY file, of which only what is asked for is read.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            shape, self.offset = _read_header(file, path)
        self.n = shape[0]
        expected = self.offset + math.prod(shape)
        if path.stat().st_size != expected:
            raise InputError(
                f"{path} has {path.stat().st_size} bytes, but its header announces {shape}, which "
                f"takes {expected}"
            )

    def __len__(self) -> int:
        return self.n

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file and the number of each image."""
        return [(str(self.path), number) for number in range(start, stop)]

    def read(self, start: int, stop: int) -> Content:
        """Read a range. A memory map would count as memory of the worker's, page by page."""
        size = math.prod(SHAPE)
        with self.path.open("rb") as file:
            file.seek(self.offset + start * size)
            images = np.fromfile(file, np.uint8, (stop - start) * size)
        if len(images) != (stop - start) * size:
            raise InputError(f"{self.path} ends within image {start + len(images) // size}")
        return images.reshape(-1, *SHAPE)


def _read_header(file: io.BufferedReader, path: Path) -> tuple[tuple[int, ...], int]:
    """Return the shape of an array of images, and where its numbers begin."""
    if file.read(3) == b"\x00\x00\x08":
        n_dimensions = file.read(1)[0]
        sizes = np.frombuffer(file.read(4 * n_dimensions), ">u4").tolist()
        return _check_shape(np.dtype(np.uint8), tuple(sizes), path), file.tell()
    file.seek(0)
    try:
        version = np.lib.format.read_magic(file)
        reader = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, by_columns, dtype = reader(file)
    except (ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path} is damaged: {error}") from None
    if by_columns:
        raise InputError(f"{path} is in Fortran's order: save np.ascontiguousarray of it")
    return _check_shape(dtype, shape, path), file.tell()


def _check_shape(dtype: np.dtype, shape: tuple[int, ...], path: Path) -> tuple[int, ...]:
    allowed = (SHAPE, (math.prod(SHAPE),), (*SHAPE, 1))
    if dtype != np.uint8 or shape[1:] not in allowed:
        raise InputError(
            f"{path} holds {dtype} of shape {shape}, but images are uint8 of shape (n, 28, 28) "
            "or (n, 784)"
        )
    return shape


class Manifest:
    """Pictures whose paths stand in a text file, a line each, relative to its folder.

    Parameters
    ----------
    path : Path
        ``.txt`` of paths, or ``.csv`` with a column "path" (a header is needed).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.column = None
        with path.open("rb") as file:
            if path.suffix.lower() == ".csv":
                header = next(csv.reader([file.readline().decode("utf-8-sig")]), [])
                if _COLUMN not in header:
                    raise InputError(f'{path} has the columns {header}, but none is named "path"')
                self.column = header.index(_COLUMN)
            self.places = []
            self.n = 0
            while True:
                place = file.tell()
                if not file.readline().strip():
                    break
                if self.n % _STRIDE == 0:
                    self.places.append(place)
                self.n += 1
            if file.readline():
                raise InputError(f"{path} has an empty line after {self.n} paths: remove it")

    def __len__(self) -> int:
        return self.n

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the paths as they stand in the manifest."""
        return [(name, 0) for name in self._paths(start, stop)]

    def read(self, start: int, stop: int) -> Content:
        """Read the pictures of some lines."""
        return [_read_file(self.path.parent / name) for name in self._paths(start, stop)]

    def _paths(self, start: int, stop: int) -> Iterator[str]:
        with self.path.open("rb") as file:
            file.seek(self.places[start // _STRIDE])
            for number in range(start // _STRIDE * _STRIDE, stop):
                line = file.readline().decode("utf-8-sig").rstrip("\r\n")
                if number >= start:
                    cells = [line] if self.column is None else next(csv.reader([line]))
                    # A line that is too short has no picture.
                    yield cells[self.column or 0] if len(cells) > (self.column or 0) else ""


class Folder:
    """Pictures in a folder and those below it, by name.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = sorted(_pictures_in(path))

    def __len__(self) -> int:
        return len(self.files)

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the path of each picture."""
        return [(str(self.path / name), 0) for name in self.files[start:stop]]

    def read(self, start: int, stop: int) -> Content:
        """Read some pictures."""
        return [_read_file(self.path / name) for name in self.files[start:stop]]


def _pictures_in(folder: Path) -> Iterator[str]:
    for where, _, names in os.walk(folder):
        inside = os.path.relpath(where, folder)
        yield from (
            os.path.normpath(os.path.join(inside, name))  # noqa: PTH118
            for name in names
            if name.lower().endswith(PICTURES)
        )


def _read_file(path: Path) -> bytes | str:
    try:
        return path.read_bytes()
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


class Shard:
    """Pictures of an unpacked tar archive, as WebDataset writes them.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        status = path.stat()
        self.members = _members(path, status.st_size, status.st_mtime_ns)

    def __len__(self) -> int:
        return len(self.members[0])

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the archive and the member of each picture."""
        return [(f"{self.path}/{name}", 0) for name in self.members[0][start:stop]]

    def read(self, start: int, stop: int) -> Content:
        """Read some members at their places."""
        _, offsets, sizes = self.members
        content: list[bytes | str] = []
        with self.path.open("rb") as file:
            for offset, size in zip(offsets[start:stop], sizes[start:stop], strict=True):
                file.seek(offset)
                data = file.read(size)
                content.append(data if len(data) == size else "the archive ends within it")
        return content


# A few shards stay known, in case the next block begins where this one ended.
@functools.lru_cache(maxsize=4)
def _members(path: Path, _: int, __: int) -> tuple[list[str], list[int], list[int]]:
    """List the pictures of an archive: names, places and sizes."""
    names, offsets, sizes = [], [], []
    try:
        with tarfile.open(path, "r:") as archive:
            while member := archive.next():
                if member.isfile() and member.name.lower().endswith(PICTURES):
                    names.append(member.name)
                    offsets.append(member.offset_data)
                    sizes.append(member.size)
                # It would keep every header otherwise.
                archive.members = []  # type: ignore[attr-defined]
    except tarfile.TarError as error:
        raise InputError(
            f"{path} is no tar archive, a packed or a damaged one ({error}): unpack it, or make "
            "it again"
        ) from None
    return names, offsets, sizes


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
        with _parquet(path) as file:
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

    def read(self, start: int, stop: int) -> Content:
        """Read some rows, of no more than the row groups that hold them."""
        first = bisect.bisect_right(self.ends, start)
        last = bisect.bisect_left(self.ends, stop)
        begin = self.ends[first - 1] if first else 0
        cells: list[bytes | str] = []
        with _parquet(self.path) as file:
            groups = list(range(first, last + 1))
            for batch in file.iter_batches(1000, row_groups=groups, columns=["image"]):
                low, high = max(start - begin, 0), min(stop - begin, len(batch))
                if low < high:
                    cells += _cells(batch.column(0).slice(low, high - low))
                begin += len(batch)
        size = math.prod(SHAPE)
        if all(isinstance(cell, bytes) and len(cell) == size for cell in cells):
            joined = b"".join(cells)  # type: ignore[arg-type]
            return np.frombuffer(joined, np.uint8).reshape(-1, *SHAPE)
        return cells


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


def _parquet(path: Path) -> Any:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InputError(
            f"pyarrow, which {path} needs, is not installed here: make dask installs it"
        ) from None
    try:
        # Without buffering, a worker holds a part of a row group and not the whole.
        return parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16)
    except ArrowException as error:
        raise InputError(f"{path} is no parquet file or a damaged one: {error}") from None


_KINDS: dict[str, Any] = {
    ".tar": Shard,
    ".parquet": Parquet,
    ".csv": Manifest,
    ".txt": Manifest,
}
