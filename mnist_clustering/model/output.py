"""Answers as a table, CSV or JSON."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from mnist_clustering import files
from mnist_clustering.errors import InputError
from mnist_clustering.images.arrays import is_array
from mnist_clustering.images.decode import is_picture
from mnist_clustering.model.answers import Row

COLUMNS = ("file", "image", "label", "cluster", "x", "y", "distance", "reason")
_WORDS = ("file", "reason")


def columns(rows: Sequence[Row], many: bool) -> tuple[str, ...]:
    """Columns to write: with boxes if pictures were cut apart, with labels where given."""
    extra = (*(["box"] if many else []), *(["actual"] if rows and "actual" in rows[0] else []))
    return (*COLUMNS[:-1], *extra, COLUMNS[-1])


def as_json(rows: Sequence[Row], _: Sequence[str]) -> str:
    """Lay rows out as JSON, with all that is known."""
    return json.dumps(list(rows), indent=2, ensure_ascii=False) + "\n"


def as_csv(rows: Sequence[Row], header: Sequence[str]) -> str:
    """Lay rows out as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"box": _box(row)} for row in rows)
    return text.getvalue()


def as_table(rows: Sequence[Row], header: Sequence[str], refused: str) -> str:
    """Lay rows out in columns for people; ``refused`` stands for the label where there is none."""
    cells = [tuple(header), *(tuple(_cell(row, name, refused) for name in header) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if name in _WORDS else cell.rjust(width)
            for name, cell, width in zip(header, line, widths, strict=True)
        )
        for line in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def _cell(row: Row, name: str, refused: str) -> str:
    value = row.get(name)
    if name == "label" and row["reason"]:
        return refused
    if name == "box":
        return _box(row) or "-"
    if name == "reason":
        return value or ""
    if isinstance(value, float):
        return f"{value:.3f}" if name == "distance" else f"{value:.2f}"
    return "-" if value is None else str(value)


def _box(row: Row) -> str:
    return " ".join(map(str, row.get("box") or ()))


def save(path: Path, text: str) -> None:
    """Write a text file when it is whole, or to a device or pipe as it is."""
    if path.exists() and not path.is_file():
        # A file with its name would take its place.
        path.write_text(text, encoding="utf-8", newline="")
        return
    with files.output(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def spare_images(path: str | None) -> None:
    """Refuse to write over images, such as those of a file that was taken for an option's.

    Raises
    ------
    InputError
        If a file of this name holds a picture or an array.
    """
    if not path or not Path(path).is_file():
        return
    with open(path, "rb") as file:
        start = file.read(16)
    if is_array(start) or is_picture(start):
        raise InputError(f"{path} holds images: name another file to write to")
