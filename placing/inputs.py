"""Recognise what is to be placed."""

from pathlib import Path
from typing import Any

from placing.arrays import Array
from placing.parquet import Parquet
from placing.picture_files import Folder, Manifest, Shard
from placing.source import Source
from stages.methods.errors import InputError

_KINDS: dict[str, Any] = {
    ".tar": Shard,
    ".parquet": Parquet,
    ".csv": Manifest,
    ".txt": Manifest,
}


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
