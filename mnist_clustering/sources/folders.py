"""Folders of pictures as they lie on disk or are drawn on the spot: listed, digested, read."""

import csv
import hashlib
import io
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from mnist_clustering.errors import InputError
from mnist_clustering.images.pictures import MOST_BYTES
from mnist_clustering.sources import drawn

# Functions that read each file, by its path within the folder.
Files = Mapping[str, Callable[[], bytes]]
DRAWN = "drawn:"


def listed(location: str) -> Files:
    """List the files of a folder, or the pictures of a set that is drawn on the spot.

    Parameters
    ----------
    location : str
        A path, or ``drawn:NAME``.

    Raises
    ------
    InputError
        If there is no such folder or set, or nothing in it.
    """
    if not location.startswith(DRAWN):
        return list_folder(Path(location).expanduser())
    pictures = drawn.pictures(location.removeprefix(DRAWN))
    return {path: partial(bytes, data) for path, data in pictures.items()}


def list_folder(folder: Path) -> Files:
    """List the files of a folder and its sub-folders, hidden ones left out.

    A sub-folder that cannot be listed, perhaps because it has just gone, counts as a file that
    cannot be read.

    Raises
    ------
    InputError
        If there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: name one that holds pictures")
    found: dict[str, Callable[[], bytes]] = {}

    def add(path: str | Path, reader: Callable[[], bytes]) -> None:
        shown = Path(path).relative_to(folder).as_posix()
        found[shown.encode("utf-8", "backslashreplace").decode()] = reader

    # Not Path.rglob: it passes over what cannot be listed, and ends at what is gone meanwhile.
    for place, inner, names in os.walk(
        folder, onerror=lambda error: add(error.filename, partial(_fail, error))
    ):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.is_file():
                add(path, partial(read, path))
    if not found:
        raise InputError(f"the folder {folder} is empty: put pictures into it")
    return found


def _fail(error: OSError) -> bytes:
    raise error


def check_digest(contents: Mapping[str, str], folder: str, expected: str | None) -> None:
    """Refuse a folder that is not what its description says; without a digest, any is.

    Parameters
    ----------
    contents : mapping of str to str
        `content` of each file as it was read, by its path.
    folder : str
    expected : str, optional

    Raises
    ------
    InputError
        With the digest that it has.
    """
    if expected is not None and (actual := combined(contents)) != expected:
        raise InputError(
            f"the folder {folder} holds {len(contents)} files of digest {actual}, but its "
            f"description says {expected[:8]}…: if it changed rightly, write the new digest there "
            "(or give make cluster again)"
        )


def digest(files: Files) -> str:
    """Digest a folder: the SHA-256 of its files' paths and contents, in the order of the paths."""
    contents = {}
    for path, reader in files.items():
        try:
            contents[path] = content(reader())
        except (OSError, InputError):
            contents[path] = content(None)
    return combined(contents)


def content(data: bytes | None) -> str:
    """Digest the content of a file; None stands for one that cannot be read."""
    return "unreadable" if data is None else hashlib.sha256(data).hexdigest()


def combined(contents: Mapping[str, str]) -> str:
    """Digest a folder, given the `content` of each file by its path."""
    lines = (f"{contents[path]}  {path}\n" for path in sorted(contents))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_manifest(data: bytes) -> list[dict[str, str]]:
    """Read a table of paths and labels.

    Raises
    ------
    InputError
        If it has no column "path".
    """
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    except (UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise InputError(f"the table of paths is no CSV in UTF-8 ({error})") from None
    if "path" not in (reader.fieldnames or ()):
        raise InputError(
            f"the table of paths has the columns {', '.join(reader.fieldnames or ()) or '(none)'}, "
            "but needs path, and takes label"
        )
    return rows


def read(path: Path) -> bytes:
    """Read a file, unless it is too large for a picture."""
    with path.open("rb") as file:
        if (size := os.fstat(file.fileno()).st_size) > MOST_BYTES:
            raise InputError(f"has {size:,} bytes: scale it down")
        return file.read()
