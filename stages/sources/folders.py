"""Folders of pictures as they lie on disk or are drawn on the spot: listed, digested, read."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from stages.methods.data.pictures import MOST_BYTES
from stages.methods.errors import InputError
from stages.sources import drawn

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

    Raises
    ------
    InputError
        If there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}: name one that holds pictures")
    found: dict[str, Callable[[], bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            shown = name.as_posix().encode("utf-8", "backslashreplace").decode()
            found[shown] = partial(read, path)
    if not found:
        raise InputError(f"the folder {folder} is empty: put pictures into it")
    return found


def check_digest(files: Files, folder: str, expected: str | None) -> None:
    """Refuse a folder that is not what its description says; without a digest, any is.

    Raises
    ------
    InputError
        With the digest that it has.
    """
    if expected is not None and (actual := digest(files)) != expected:
        raise InputError(
            f"the folder {folder} holds {len(files)} files of digest {actual}, but its description "
            f"says {expected[:8]}…: if it changed rightly, write the new digest there"
        )


def digest(files: Files) -> str:
    """Digest a folder: the SHA-256 of its files' paths and contents, in the order of the paths."""
    whole = hashlib.sha256()
    for path in sorted(files):
        try:
            content = hashlib.sha256(files[path]()).hexdigest()
        except (OSError, InputError):
            content = "unreadable"
        whole.update(f"{content}  {path}\n".encode())
    return whole.hexdigest()


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
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"has {path.stat().st_size:,} bytes: scale it down")
    return path.read_bytes()
