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

    The suffix, such as ``.npy``, tells their format: files in DVC's cache have none of their own.
    """
    try:
        a, b = read(ours, suffix), read(theirs, suffix)
    except (ValueError, OSError, KeyError) as error:
        return [f"it cannot be read: {error}"]
    lines = [f"only one version has {name!r}" for name in sorted(a.keys() ^ b.keys())]
    both = {name: compare(a[name], b[name]) for name in a if name in b}
    lines += [f"{name}: {line}" if name else line for name, line in both.items() if line]
    return lines or ["the contents are equal, but not the bytes around them"]


def read(path: Path, suffix: str) -> dict[str, NDArray[Any]]:
    """Read a file as arrays by name."""
    match suffix:
        case ".npz":
            with np.load(path) as archive:
                return dict(archive)
        case ".npy":
            return {"": np.load(path)}
        case ".png":
            return {"pixels": np.asarray(Image.open(path)).astype(np.int64)}
        case ".json":
            values = leaves(json.loads(path.read_text(encoding="utf-8")))
            return {name: np.array([value]) for name, value in values}
        case ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file)
            return dict(zip(header, map(_column, zip(*rows, strict=True)), strict=True))
    return {"bytes": np.fromfile(path, dtype=np.uint8).astype(np.int64)}


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Flatten JSON to pairs of dotted name and value."""
    inner = {}
    if isinstance(value, dict):
        inner = {f"{name}.{key}" if name else key: own for key, own in value.items()}
    elif isinstance(value, list):
        inner = {f"{name}[{i}]": own for i, own in enumerate(value)}
    else:
        yield name, value
    for key, own in inner.items():
        yield from leaves(own, key)


def _column(cells: tuple[str, ...]) -> NDArray[Any]:
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        return np.array(cells)


def compare(a: NDArray[Any], b: NDArray[Any]) -> str:
    """Describe how two arrays differ; an empty text if they do not."""
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return f"{a.dtype} of shape {a.shape} against {b.dtype} of shape {b.shape}"
    differ = a != b
    if a.dtype.kind == "f":
        differ &= ~(np.isnan(a) & np.isnan(b))
    if not differ.any():
        return ""
    text = f"{differ.sum():,} of {a.size:,} elements differ"
    if a.dtype.kind not in "iuf":
        return text
    return f"{text}, by {np.abs(a[differ].astype(float) - b[differ]).max():.6g} at most"
