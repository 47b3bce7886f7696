"""Write arrays, tables and JSON: whole or not at all, and the same bytes each time."""

import csv
import errno
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering.errors import InputError

# A disk, or a user's share of it, is full.
FULL = (errno.ENOSPC, errno.EDQUOT)
_LITTLE = 1 << 20  # bytes
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@contextmanager
def output(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path to write to, which is renamed to ``path`` on success.

    The folder is created if it is missing.

    Raises
    ------
    InputError
        If there is no space left for it.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if _is_full(error, path.parent):
            raise InputError(
                f"no space left on the disk for {path}: make room there, and run it again"
            ) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _is_full(error: OSError, folder: Path) -> bool:
    """Whether an error means a full disk; numpy says only how many items were not written."""
    if error.errno is None and folder.is_dir():
        return shutil.disk_usage(folder).free < _LITTLE
    return error.errno in FULL


def save_array(path: str | Path, array: np.ndarray) -> None:
    """Write one array as ``.npy``."""
    with output(path) as temporary, temporary.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)


def save_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Write named arrays as ``.npz``, like `numpy.savez` but without timestamps."""
    with output(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _ZIP_EPOCH), buffer.getvalue())


def save_text(path: str | Path, text: str) -> None:
    """Write a text with the same line ends on every system."""
    with output(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def save_json(path: str | Path, value: Any) -> None:
    """Write a JSON file, with keys in the order given."""
    save_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def load_json(path: str | Path) -> Any:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def save_table(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file with one header line."""
    with output(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
