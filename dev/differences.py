"""Differences between two versions of an output: arrays, numbers in JSON and CSV, pixels."""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def digest(path: Path) -> str:
    """Return the MD5 of a file, as recorded by DVC."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def describe(ours: Path, theirs: Path, suffix: str) -> list[str]:
    """Describe how two files differ, one line for each array that does.

    Parameters
    ----------
    ours, theirs : Path
        The reference and the other file.
    suffix : str
        Format of both, such as ``.npy``: files in DVC's cache have no suffix of their own.
    """
    try:
        a, b = read(ours, suffix), read(theirs, suffix)
    except (ValueError, OSError, KeyError) as error:
        return [f"it cannot be read: {error}"]
    lines = [f"only one version has {name!r}" for name in sorted(a.keys() ^ b.keys())]
    lines += [
        f"{name}: {line}" if name else line
        for name in a
        if name in b and (line := compare(a[name], b[name]))
    ]
    return lines or ["the contents are equal, but not the bytes around them"]


def read(path: Path, suffix: str) -> dict[str, NDArray[Any]]:
    """Read a file as arrays by name."""
    if suffix == ".npz":
        with np.load(path) as archive:
            return dict(archive)
    if suffix == ".npy":
        return {"": np.load(path)}
    if suffix == ".png":
        with Image.open(path) as image:
            return {"pixels": np.asarray(image).astype(np.int64)}
    if suffix == ".json":
        return _columns(leaves(json.loads(path.read_text(encoding="utf-8")), texts=True))
    if suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        return {
            name: _column(list(cells))
            for name, cells in zip(header, zip(*rows, strict=True), strict=True)
        }
    return {"bytes": np.fromfile(path, dtype=np.uint8).astype(np.int64)}


def leaves(value: Any, name: str = "", *, texts: bool = False) -> Iterator[tuple[str, Any]]:
    """Flatten JSON to pairs of dotted name and number; with ``texts``, to all values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else key, texts=texts)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, f"{name}[{i}]", texts=texts)
    elif texts or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield name, value


def _columns(pairs: Iterator[tuple[str, Any]]) -> dict[str, NDArray[Any]]:
    return {name: np.array([value]) for name, value in pairs}


def _column(cells: list[str]) -> NDArray[Any]:
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return np.array(cells)


def compare(a: NDArray[Any], b: NDArray[Any]) -> str:
    """Describe how two arrays differ; an empty text if they do not."""
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return f"{a.dtype} of shape {a.shape} against {b.dtype} of shape {b.shape}"
    differ = a != b
    if a.dtype.kind == "f":
        differ &= ~(np.isnan(a) & np.isnan(b))
    count = int(differ.sum())
    if not count:
        return ""
    text = f"{count:,} of {a.size:,} elements differ"
    if a.dtype.kind not in "iuf":
        return text
    gap = np.abs(a[differ].astype(np.float64) - b[differ].astype(np.float64))
    return f"{text}, by {gap.max():.6g} at most"
