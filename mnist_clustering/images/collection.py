"""Whatever holds images, as one sequence of which any range can be read, with a name for each.

A picture, an array file, a folder, a list of paths, a tar archive and a parquet file all come this
way, for `predict.py` and for `place.py`. Pixels are read when they are asked for, by workers that
know only paths.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays, decode, delimited, listing
from mnist_clustering.images.parquet import Parquet

# A picture file with more is not read.
MOST_BYTES = 200_000_000
# Pictures that are in memory at once.
_SOME = 500
# Arrays that are read of a folder; tables in one are about its pictures.
_IN_FOLDERS = (".npy", ".npz", ".idx", "-ubyte", ".parquet")
# Images of arrays, of whatever size, or vectors; or picture files, and for each that cannot be read
# the reason.
Content = NDArray[Any] | list[bytes | str]


class Collection(Protocol):
    """Images in a fixed order, of which any range can be read; a note says what is done to them."""

    note: str | None

    def __len__(self) -> int: ...

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file of each image, and its number in that file."""
        ...

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range, some images at a time; raise InputError or OSError if that fails."""
        ...


def open_path(path: str | Path) -> Collection:
    """Recognise what a path holds.

    That is a picture; an array (NPY, NPZ, IDX, CSV, Parquet); a ``.tar`` of pictures; a list of
    paths relative to it (``.txt``: one a line; ``.csv``: in a column "path"); a folder of pictures.

    Raises
    ------
    InputError
        If it is none of these, or damaged.
    """
    folder = Path(path)
    if folder.is_dir():
        names = [name for name in _walk(folder) if _is_listed(name, partial(_start, folder / name))]
        return Files(folder, names, whole=True)
    try:
        return _open_file(str(path), _start(folder))
    except InputError as error:
        raise InputError(f"{path} {error}") from None


def _open_file(name: str, start: bytes) -> Collection:
    path, text = Path(name), not decode.advice(start)
    ending = path.suffix.lower()
    if start.startswith(arrays.PARQUET):
        return Parquet(name)
    if arrays.is_array(start) or (start.startswith(arrays.ZIP) and arrays.holds_arrays(path)):
        return Array(name)
    if ending == ".tar" and text:
        return Shard(name)
    if ending == ".txt" and text:
        lines = delimited.decode_text(path.read_bytes()).splitlines()
        return Files(path.parent, [line for line in lines if line.strip()])
    if ending in delimited.ENDINGS and text and listing.names_paths(data := path.read_bytes()):
        return Files(path.parent, listing.read("", data).paths or [])
    if ending in delimited.ENDINGS and text:
        return Array(name)
    if not decode.is_picture(start):
        # Says what it is, and what to do.
        decode.decode(read_file(path))
    return Files(Path(), [name])


def open_bytes(name: str, data: bytes) -> Collection:
    """Recognise a picture or an array that was read already: see `open_path`."""
    if arrays.is_array(data) or (data.startswith(arrays.ZIP) and arrays.holds_arrays(data)):
        return Array(name, arrays.read(name, data)["train"].values)
    return Files(Path(), [name], read=lambda _: data)


def open_vectors(path: str | Path) -> Collection:
    """Open an array of vectors (NPY, NPZ, CSV, Parquet), which are read as they are.

    Raises
    ------
    InputError
        If the path is none of these, or damaged, as a clause that follows its name.
    """
    if Path(path).is_dir():
        raise InputError("is a folder of pictures")
    if _start(Path(path)).startswith(arrays.PARQUET):
        return Parquet(str(path), as_they_are=True)
    return Array(str(path), as_they_are=True)


def expand(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Put the arrays of folders beside them, for a folder as such stands for its pictures.

    Also returns a sentence on each folder with files that are passed over.

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
        pictures = {
            name for name, file in listed.items() if _is_listed(name, partial(_start, file))
        }
        held = [
            name
            for name in listed
            if name.lower().endswith(_IN_FOLDERS) and "label" not in name.lower()
        ]
        passed = [name for name in listed if name not in pictures and name not in held]
        if not pictures and not held:
            raise InputError(f"{path} is a folder without pictures or arrays")
        found += [path] * bool(pictures) + [str(Path(path, name)) for name in held]
        if passed:
            files = "1 file is" if len(passed) == 1 else f"{len(passed):,} files are"
            such = f"neither pictures nor arrays and passed over, such as {passed[0]}"
            notes.append(f"{path}: {files} {such}")
    return found, notes


def list_folder(folder: Path) -> dict[str, Path]:
    """List the files of a folder and its sub-folders by the path within, hidden ones left out.

    A sub-folder that cannot be listed, perhaps because it has just gone, is among them, as a file
    that cannot be read.

    Raises
    ------
    InputError
        If there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: name one that holds pictures")
    if not (names := _walk(folder)):
        raise InputError(f"the folder {folder} is empty: put pictures into it")
    return {_shown(name): folder / name for name in names}


def _walk(folder: Path) -> list[str]:
    found: list[str] = []
    # Not Path.rglob: it passes over what cannot be listed, and ends at what is gone meanwhile.
    for place, inner, names in os.walk(folder, onerror=lambda error: found.append(error.filename)):
        inner[:] = [name for name in inner if not name.startswith(".")]
        paths = (os.path.join(place, name) for name in names if not name.startswith("."))  # noqa: PTH118
        found.extend(path for path in paths if os.path.isfile(path))  # noqa: PTH113
    return sorted((Path(path).relative_to(folder).as_posix() for path in found), key=_shown)


def _shown(name: str) -> str:
    """Write a name that is no UTF-8 so that it can be written into a table."""
    return name.encode("utf-8", "backslashreplace").decode()


def _is_listed(name: str, read_start: Callable[[], bytes]) -> bool:
    """Whether a file counts as a picture: by its name, or else by how it begins."""
    name = name.lower()
    try:
        return name.endswith(decode.endings()) or (
            not name.endswith(arrays.ENDINGS) and decode.is_picture(read_start())
        )
    except OSError:
        return True  # It is read later, and the reason told.


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def read_file(path: Path) -> bytes:
    """Read a file, unless it is too large for a picture.

    Raises
    ------
    InputError
        As a clause that follows its name, also if it cannot be read.
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
    """Picture files, by their paths within a folder, which may belong to their names."""

    note: str | None = None

    def __init__(
        self,
        root: Path,
        paths: list[str],
        whole: bool = False,
        read: Callable[[Path], bytes] = read_file,
    ) -> None:
        self.root, self.paths, self.whole, self._read = root, paths, whole, read

    def __len__(self) -> int:
        return len(self.paths)

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the path of each picture."""
        shown = map(_shown, self.paths[start:stop])
        return [(str(self.root / path) if self.whole else path, 0) for path in shown]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read some pictures."""
        for begin in range(start, stop, _SOME):
            yield [self._attempt(path) for path in self.paths[begin : min(begin + _SOME, stop)]]

    def _attempt(self, path: str) -> bytes | str:
        try:
            return self._read(self.root / path)
        except InputError as error:
            return str(error)


class Array:
    """Images (or vectors) of an array file; of NPY and IDX only what is asked for is read."""

    def __init__(
        self, path: str, values: NDArray[Any] | None = None, as_they_are: bool = False
    ) -> None:
        self.path, self.as_they_are = path, as_they_are
        held = arrays.map_file(Path(path)) if values is None else values
        if held is None:
            held = values = arrays.read(path, Path(path).read_bytes())["train"].values
        self.values = values
        laid_out = held if as_they_are or not held.size else arrays.layout(held)
        self.n = len(np.atleast_1d(laid_out)) if held.size else 0
        scaled = () if as_they_are or not held.size else arrays.in_blocks(laid_out)
        self.scale = arrays.scale_of(scaled)
        self.note = self.scale.note

    def __len__(self) -> int:
        return self.n

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file and the number of each image."""
        return [(self.path, number) for number in range(start, stop)]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range."""
        # A map that stays would count as memory of the worker's, page by page.
        values = arrays.map_file(Path(self.path)) if self.values is None else self.values
        assert values is not None
        if self.as_they_are:
            yield np.array(np.atleast_1d(values)[start:stop])
            return
        yield arrays.to_images(arrays.layout(values)[start:stop], scale=self.scale)


class Shard:
    """Pictures of an unpacked tar archive, as WebDataset writes them."""

    note: str | None = None

    def __init__(self, path: str) -> None:
        import tarfile  # Seldom needed.

        self.path = path
        try:
            with open(path, "rb") as file:
                self.members = list(_members(path, file))
        except tarfile.TarError:
            raise InputError(
                "is no tar archive, a packed or a damaged one: unpack it, or make it again"
            ) from None

    def __len__(self) -> int:
        return len(self.members)

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the archive and the member of each picture."""
        return [(f"{self.path}/{name}", 0) for name, _, _ in self.members[start:stop]]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read some members at their places."""
        with open(self.path, "rb") as file:
            for begin in range(start, stop, _SOME):
                content: list[bytes | str] = []
                for _, offset, size in self.members[begin : min(begin + _SOME, stop)]:
                    data = _read_at(file, offset, size)
                    content.append(data if len(data) == size else "is cut short")
                yield content


def _members(path: str, file: BinaryIO) -> Iterator[tuple[str, int, int]]:
    """List the pictures of an archive: names, places and sizes."""
    import tarfile

    with tarfile.open(path, "r:") as archive:
        while member := archive.next():
            name, place = member.name, member.offset_data
            hidden = any(part.startswith(".") for part in name.split("/") if part != ".")
            start = partial(_read_at, file, place, min(16, member.size))
            if member.isfile() and not hidden and _is_listed(name, start):
                yield name, place, member.size
            # It would keep every header otherwise.
            archive.members = []  # type: ignore[attr-defined]


def _read_at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)
