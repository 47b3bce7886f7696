"""Lists of images and of their labels: CSV with paths, or labels in the order of the images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays, delimited
from mnist_clustering.images.labels import COLUMNS, Label, Labels, of_column

# What columns are called that say which images are meant.
PATHS = ("path", "file", "filename")


@dataclass(frozen=True)
class Listed:
    """What a file says of images, a row each."""

    columns: list[str]  # their names, as they were written
    paths: list[str] | None  # of which images; None where they are in the order of the images
    numbers: list[str]  # which image of its file, from 0; empty where that is not said
    labels: Labels | None  # None where the file has no labels

    def __len__(self) -> int:
        return len(self.paths if self.paths is not None else self.labels or ())

    def need(self, name: str, *, paths: bool = True, labels: bool = True) -> "Listed":
        """Refuse a file that lacks columns."""
        wanted = {"path": paths and self.paths is None, "label": labels and self.labels is None}
        if not any(wanted.values()):
            return self
        has = ", ".join(self.columns) or "(none)"
        needed = " and ".join(key for key, need in {"path": paths, "label": labels}.items() if need)
        takes = "" if labels else ", and takes label"
        raise InputError(f"{name} has the columns {has}, but needs {needed}{takes}")

    def by_path(self, name: str) -> dict[str, Label]:
        """Return the labels by path, without rows that have none; refuse a path with two."""
        found: dict[str, Label] = {}
        for path, label in zip(self.paths or (), self.labels or (), strict=True):
            if label is not None and found.setdefault(path, label) != label:
                raise InputError(
                    f"{name} gives {path} two labels, {found[path]} and {label}: keep one"
                )
        return found


def names_paths(data: bytes) -> bool:
    """Whether a table has a column of paths."""
    return any(
        cell.strip().lower() in PATHS for row in delimited.read_rows(data, 1) for cell in row
    )


def read(name: str, data: bytes) -> Listed:
    """Read a list of images or of their labels.

    It is CSV with a header, of which columns "path" (or "file"), "label" and "image" count; of one
    column, it may lack the header. Or it is an array of labels (NPY, NPZ, IDX, Parquet).

    Raises
    ------
    InputError
        If it is none of these, or damaged.
    """
    try:
        if data.startswith(arrays.PARQUET):
            # Imported here, for it needs a package that not everyone has.
            from mnist_clustering.images import parquet

            return _of_rows(parquet.read_rows(data, (*PATHS, *COLUMNS)))
        if arrays.is_array(data) or (data.startswith(arrays.ZIP) and arrays.holds_arrays(data)):
            return Listed(["label"], None, [], _in_order(arrays.read(name, data)["train"]))
        return _of_rows(delimited.read_rows(data))
    except InputError as error:
        raise InputError(f"{name} {error}".lstrip()) from None


def _of_rows(rows: Sequence[Sequence[Any]]) -> Listed:
    """Find the columns that count; one column of numbers may lack its header."""
    header = list(rows[0]) if rows else []
    names = [cell.strip().lower() for cell in header]
    if len(header) == 1 and delimited.number(header[0]) is not None:
        return Listed([], None, [], of_column(row[0] for row in rows))
    cells = {
        kind: [row[i] if i < len(row) else "" for row in rows[1:]]
        for kind, own in {"path": PATHS, "label": COLUMNS, "image": ("image",)}.items()
        if (i := next((names.index(each) for each in own if each in names), None)) is not None
    }
    named = of_column(cells["label"]) if "label" in cells else None
    return Listed(header, cells.get("path"), cells.get("image") or [""] * len(rows[1:]), named)


def _in_order(table: arrays.Table) -> Labels:
    """Take the labels beside images, or else an array of labels."""
    values = table.values
    if table.labels is not None:
        return table.labels
    if values.ndim == 0 or values.size != len(values) or values.dtype.kind == "c":
        raise InputError(
            f"holds {values.dtype} of shape {values.shape}: give one label an image, in their order"
        )
    return of_column(values.ravel().tolist())


def assign(listed: Listed, images: Sequence[tuple[str, int]], name: str) -> Labels:
    """Find the label of each image, given by its file and its number in that file.

    Labels are in the order of the images, or by their paths, of which the last parts are enough.

    Raises
    ------
    InputError
        If there is not one label for each image, or if a row may mean several files.
    """
    given = listed.need(name, paths=False).labels or []
    if listed.paths is None:
        if len(given) != len(images):
            raise InputError(f"{name} has {len(given)} labels for {len(images)} images")
        return given
    rows: dict[tuple[str, int], dict[tuple[str, ...], Label | None]] = {}
    for path, cell, label in zip(listed.paths, listed.numbers, given, strict=True):
        number = delimited.number(cell or "0")
        if number is None or not number.is_integer():
            raise InputError(f"{name} has {cell} in its column image, but that counts from 0")
        parts = PurePath(path).parts or ("",)
        if rows.setdefault((parts[-1], int(number)), {}).setdefault(parts, label) != label:
            raise InputError(f"{name} gives {path} two labels: keep one")
    meant: dict[tuple[tuple[str, ...], int], tuple[str, ...]] = {}
    found = []
    for file, number in images:
        parts = PurePath(file).parts or ("",)
        own = rows.get((parts[-1], number), {})
        match = [row for row in own if row == parts] or [
            row for row in own if row[-len(parts) :] == parts or parts[-len(row) :] == row
        ]
        if not match:
            raise InputError(f"{name} has no label for image {number} of {file}")
        before = meant.setdefault((match[0], number), parts)
        if len({own[row] for row in match}) > 1 or before != parts:
            others = [before] if before != parts else match
            said = " and ".join(str(PurePath(*other)) for other in others)
            raise InputError(
                f"{name} does not tell {file} from {said}: write more of their paths there"
            )
        found.append(own[match[0]])
    return found
