"""Whatever holds images, as one sequence of which any range can be read, with a name for each.

A picture, an array file, a folder, a manifest (a list of paths), a tar archive and a parquet file
all come this way, for `predict.py` and for `place.py`. Nothing is held that grows with the number
of pixels, for blocks are read by workers that know only paths.
"""

import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays, decode, delimited
from mnist_clustering.images.listing import PATHS
from mnist_clustering.images.parquet import Parquet

# A picture file with more is not read.
MOST_BYTES = 200_000_000
# Of a manifest the place of every so-manieth line is kept.
_STRIDE = 1000
# Pictures that are in memory at once.
_SOME = 500
# Arrays that are read of a folder; tables in one are about its pictures.
_IN_FOLDERS = (".npy", ".npz", ".idx", "-ubyte", ".parquet")
# Images of arrays, of whatever size; or picture files, and for each that cannot be read the reason.
Content = NDArray[np.uint8] | list[bytes | str]


class Collection(Protocol):
    """Images in a fixed order, of which any range can be read."""

    @property
    def note(self) -> str | None:
        """What is done to the values, if anything."""
        ...

    def __len__(self) -> int: ...

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file of each image, and its number in that file."""
        ...

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range, some images at a time; raise InputError or OSError if that fails."""
        ...


def open_path(path: str | Path) -> Collection:
    """Recognise what a path holds.

    Parameters
    ----------
    path : str or Path
        A picture; an array (NPY, NPZ, IDX, CSV, Parquet); a ``.tar`` of pictures; a manifest
        (``.txt``: a path a line; ``.csv``: a column "path" or "file"); or a folder of pictures.

    Returns
    -------
    Collection

    Raises
    ------
    InputError
        If the path is none of these, or damaged.
    OSError
    """
    path = Path(path)
    if path.is_dir():
        listed = {name: file for name, file in list_folder(path).items() if is_listed(file)}
        return Files(list(listed.values()), [str(path / name) for name in listed])
    with path.open("rb") as file:
        start = file.read(64)
    try:
        return _open_file(path, start)
    except InputError as error:
        raise InputError(f"{path} {error}") from None


def _open_file(path: Path, start: bytes) -> Collection:
    ending, foreign = path.suffix.lower(), decode.advice(start)
    if start.startswith(arrays.PARQUET):
        return Parquet(path)
    if arrays.is_array(start) or (start.startswith(arrays.ZIP) and arrays.holds_arrays(path)):
        return Array(path)
    if ending == ".tar" and not foreign:
        return Shard(path)
    if ending == ".txt" and not foreign:
        return Manifest(path, None)
    if ending in delimited.ENDINGS and not foreign:
        column = Manifest.column_of(path)
        return Array(path) if column is None else Manifest(path, column)
    if foreign or not decode.is_picture(start):
        # Says what it is, and what to do.
        decode.decode(read_file(path) or b"")
    return Files([path], [str(path)])


def open_bytes(name: str, data: bytes) -> Collection:
    """Recognise a picture or an array that was read already: see `open_path`."""
    if arrays.is_array(data) or (data.startswith(arrays.ZIP) and arrays.holds_arrays(data)):
        return Array(Path(name), arrays.read(name, data)["train"].values)
    return Files([Path(name)], [name], lambda _: data)


def expand(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Put the arrays of folders beside them, for a folder as such stands for its pictures.

    Returns
    -------
    paths : list of str
        Files and folders, of which `open_path` opens each.
    notes : list of str
        A sentence on each folder with files that are passed over.

    Raises
    ------
    InputError
        If a folder has neither pictures nor arrays.
    """
    found: list[str] = []
    notes = []
    for path in paths:
        if not Path(path).is_dir():
            found.append(path)
            continue
        listed = list_folder(Path(path))
        pictures = [name for name, file in listed.items() if is_listed(file)]
        held = [name for name in listed if name.lower().endswith(_IN_FOLDERS)
                and "label" not in name.lower()]  # fmt: skip
        passed = [name for name in listed if name not in {*pictures, *held}]
        if not pictures and not held:
            raise InputError(f"{path} is a folder without pictures or arrays")
        found += [path] * bool(pictures) + [str(Path(path, name)) for name in held]
        if passed:
            number = "1 file is" if len(passed) == 1 else f"{len(passed):,} files are"
            notes.append(
                f"{path}: {number} neither pictures nor arrays and passed over, such as {passed[0]}"
            )
    return found, notes


def list_folder(folder: Path) -> dict[str, Path]:
    """List the files of a folder and its sub-folders, hidden ones left out.

    A sub-folder that cannot be listed, perhaps because it has just gone, counts as a file that
    cannot be read.

    Returns
    -------
    dict of str to Path
        By the path within the folder, in the order of these.

    Raises
    ------
    InputError
        If there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: name one that holds pictures")
    found: list[str] = []
    # Not Path.rglob: it passes over what cannot be listed, and ends at what is gone meanwhile.
    for place, inner, names in os.walk(folder, onerror=lambda error: found.append(error.filename)):
        inner[:] = [name for name in inner if not name.startswith(".")]
        shown = (os.path.join(place, name) for name in names if not name.startswith("."))  # noqa: PTH118
        found.extend(path for path in shown if os.path.isfile(path))  # noqa: PTH113
    if not found:
        raise InputError(f"the folder {folder} is empty: put pictures into it")
    within = {Path(path).relative_to(folder).as_posix(): Path(path) for path in found}
    # Names that are no UTF-8 could not be written into a table.
    named = {name.encode("utf-8", "backslashreplace").decode(): own for name, own in within.items()}
    return dict(sorted(named.items()))


def is_listed(path: Path) -> bool:
    """Whether a file of a folder counts as a picture: by its name, or else by how it begins."""
    if path.name.lower().endswith(decode.endings()):
        return True
    if path.name.lower().endswith(arrays.ENDINGS):
        return False
    try:
        with path.open("rb") as file:
            return decode.is_picture(file.read(16))
    except OSError:
        # It is read later, and the reason told.
        return True


def read_file(path: Path) -> bytes:
    """Read a file, unless it is too large for a picture.

    Raises
    ------
    InputError
        As a clause that follows its name, likewise if it cannot be read.
    """
    try:
        if path.is_dir():
            # One that could not be listed: this says why.
            next(path.iterdir(), None)
        with path.open("rb") as file:
            if (size := os.fstat(file.fileno()).st_size) > MOST_BYTES:
                raise InputError(f"has {size:,} bytes: scale it down")
            return file.read()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from None


class Files:
    """Picture files, one after the other.

    Parameters
    ----------
    paths : list of Path
    shown : list of str
        Their names in tables.
    read : callable, optional
        Reads one.
    """

    note = None

    def __init__(
        self, paths: list[Path], shown: list[str], read: Callable[[Path], bytes] = read_file
    ) -> None:
        self.paths, self.shown, self._read = paths, shown, read

    def __len__(self) -> int:
        return len(self.paths)

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the path of each picture."""
        return [(name, 0) for name in self.shown[start:stop]]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read some pictures."""
        for begin, end in _some(start, stop):
            yield [_attempt(self._read, path) for path in self.paths[begin:end]]


def _attempt(read: Callable[[Path], bytes], path: Path) -> bytes | str:
    try:
        return read(path)
    except InputError as error:
        return str(error)


def _some(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Cut a range into pieces, for pictures may be large."""
    for begin in range(start, stop, _SOME):
        yield begin, min(begin + _SOME, stop)


class Array:
    """Images of an array file, of which only what is asked for is read where the format allows.

    Parameters
    ----------
    path : Path
    values : ndarray, optional
        What it holds, if that was read.
    """

    def __init__(self, path: Path, values: NDArray[Any] | None = None) -> None:
        self.path = path
        held = arrays.map_file(path) if values is None else values
        if held is None:
            held = values = arrays.read(path.name, path.read_bytes())["train"].values
        self.values = values
        self.n = len(arrays.layout(held)) if held.size else 0
        self.scale = arrays.scale_of(arrays.in_blocks(arrays.layout(held)) if held.size else ())

    @property
    def note(self) -> str | None:
        """What is done to the numbers."""
        return self.scale.note

    def __len__(self) -> int:
        return self.n

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file and the number of each image."""
        return [(str(self.path), number) for number in range(start, stop)]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range."""
        # A map that stays would count as memory of the worker's, page by page.
        values = arrays.map_file(self.path) if self.values is None else self.values
        assert values is not None
        yield arrays.to_images(arrays.layout(values)[start:stop], scale=self.scale)


class Manifest:
    """Pictures whose paths stand in a text file, a line each, relative to its folder.

    Parameters
    ----------
    path : Path
    column : int or None
        Of the paths in a table with a header; None where lines hold nothing else.
    """

    note = None

    def __init__(self, path: Path, column: int | None) -> None:
        self.path, self.column = path, column
        self.delimiter = ","
        self.places: list[int] = []
        self.n = 0
        with path.open("rb") as file:
            if column is not None:
                self.delimiter = delimited.delimiter(_text(file.readline()))
            while True:
                place = file.tell()
                if not file.readline().strip():
                    break
                if self.n % _STRIDE == 0:
                    self.places.append(place)
                self.n += 1
            if file.readline():
                raise InputError(f"has an empty line after {self.n} paths: remove it")

    @staticmethod
    def column_of(path: Path) -> int | None:
        """Find the column of paths of a table, if it has one."""
        with path.open("rb") as file:
            header = _text(file.readline())
        cells = delimited.cells(header, delimited.delimiter(header))
        names = [cell.strip().lower() for cell in cells]
        return next((names.index(name) for name in PATHS if name in names), None)

    def __len__(self) -> int:
        return self.n

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the paths as they stand in the manifest."""
        return [(name, 0) for name in self._paths(start, stop)]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read the pictures of some lines."""
        for begin, end in _some(start, stop):
            paths = [self.path.parent / name for name in self._paths(begin, end)]
            yield [_attempt(read_file, path) for path in paths]

    def _paths(self, start: int, stop: int) -> Iterator[str]:
        with self.path.open("rb") as file:
            file.seek(self.places[start // _STRIDE])
            for number in range(start // _STRIDE * _STRIDE, stop):
                line = _text(file.readline())
                if number < start:
                    continue
                if self.column is None:
                    yield line
                    continue
                cells = delimited.cells(line, self.delimiter)
                # A line that is too short has no picture.
                yield cells[self.column] if len(cells) > self.column else ""


def _text(line: bytes) -> str:
    return line.decode("utf-8-sig", "replace").rstrip("\r\n")


class Shard:
    """Pictures of an unpacked tar archive, as WebDataset writes them.

    Parameters
    ----------
    path : Path
    """

    note = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self.members = _members(path)

    def __len__(self) -> int:
        return len(self.members[0])

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the archive and the member of each picture."""
        return [(f"{self.path}/{name}", 0) for name in self.members[0][start:stop]]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read some members at their places."""
        _, offsets, sizes = self.members
        with self.path.open("rb") as file:
            for begin, end in _some(start, stop):
                content: list[bytes | str] = []
                for offset, size in zip(offsets[begin:end], sizes[begin:end], strict=True):
                    file.seek(offset)
                    data = file.read(size)
                    content.append(data if len(data) == size else "is cut short")
                yield content


def _members(path: Path) -> tuple[list[str], list[int], list[int]]:
    """List the pictures of an archive: names, places and sizes."""
    names, offsets, sizes = [], [], []
    try:
        with path.open("rb") as file, tarfile.open(path, "r:") as archive:
            while member := archive.next():
                if member.isfile() and _is_listed(member, file):
                    names.append(member.name)
                    offsets.append(member.offset_data)
                    sizes.append(member.size)
                # It would keep every header otherwise.
                archive.members = []  # type: ignore[attr-defined]
    except tarfile.TarError:
        raise InputError(
            "is no tar archive, a packed or a damaged one: unpack it, or make it again"
        ) from None
    return names, offsets, sizes


def _is_listed(member: tarfile.TarInfo, file: BinaryIO) -> bool:
    """Whether a member counts as a picture, as `is_listed` says it of files."""
    name = member.name.lower()
    if any(part.startswith(".") for part in name.split("/") if part != "."):
        return False
    if name.endswith(decode.endings()):
        return True
    file.seek(member.offset_data)
    return not name.endswith(arrays.ENDINGS) and decode.is_picture(file.read(min(16, member.size)))
