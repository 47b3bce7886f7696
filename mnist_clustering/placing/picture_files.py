"""Pictures by manifest, in a folder, or in tar shards."""

import csv
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from mnist_clustering.errors import InputError
from mnist_clustering.placing.source import Content

ENDINGS = (".png", ".jpg", ".jpeg")
# Of a manifest the place of every so-manieth line is kept.
_STRIDE = 1000
_COLUMN = "path"
# Pictures that are in memory at once.
_SOME = 500


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

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read the pictures of some lines."""
        for begin, end in _some(start, stop):
            yield [_read_file(self.path.parent / name) for name in self._paths(begin, end)]

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

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read some pictures."""
        for begin, end in _some(start, stop):
            yield [_read_file(self.path / name) for name in self.files[begin:end]]


def _pictures_in(folder: Path) -> Iterator[str]:
    for where, _, names in os.walk(folder):
        inside = os.path.relpath(where, folder)
        yield from (
            os.path.normpath(os.path.join(inside, name))  # noqa: PTH118
            for name in names
            if name.lower().endswith(ENDINGS)
        )


def _some(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Cut a range into pieces, for pictures may be large."""
    for begin in range(start, stop, _SOME):
        yield begin, min(begin + _SOME, stop)


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
                    content.append(data if len(data) == size else "the archive ends within it")
                yield content


def _members(path: Path) -> tuple[list[str], list[int], list[int]]:
    """List the pictures of an archive: names, places and sizes."""
    names, offsets, sizes = [], [], []
    try:
        with tarfile.open(path, "r:") as archive:
            while member := archive.next():
                if member.isfile() and member.name.lower().endswith(ENDINGS):
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
