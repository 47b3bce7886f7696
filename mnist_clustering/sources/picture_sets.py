"""Sets of pictures, in a folder or drawn on the spot, and the digest that vouches for each."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from mnist_clustering.errors import InputError
from mnist_clustering.images import collection
from mnist_clustering.sources import drawn

# Functions that read each file, by its path within the folder.
Files = Mapping[str, Callable[[], bytes]]
DRAWN = "drawn:"


def listed(location: str) -> Files:
    """List the files of a folder, or the pictures of a set drawn on the spot (``drawn:NAME``).

    Raises
    ------
    InputError
        If there is no such folder or set, or nothing in it.
    """
    if not location.startswith(DRAWN):
        folder = collection.list_folder(Path(location).expanduser())
        return {path: partial(collection.read_file, file) for path, file in folder.items()}
    pictures = drawn.pictures(location.removeprefix(DRAWN))
    return {path: partial(bytes, data) for path, data in pictures.items()}


def check_digest(contents: Mapping[str, str], folder: str, expected: str | None) -> None:
    """Refuse a folder whose files, by `content` and path, are not what its description says.

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
        except InputError:
            contents[path] = content(None)
    return combined(contents)


def content(data: bytes | None) -> str:
    """Digest the content of a file; None stands for one that cannot be read."""
    return "unreadable" if data is None else hashlib.sha256(data).hexdigest()


def combined(contents: Mapping[str, str]) -> str:
    """Digest a folder, given the `content` of each file by its path."""
    lines = (f"{contents[path]}  {path}\n" for path in sorted(contents))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
