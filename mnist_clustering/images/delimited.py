"""Delimited text, as programs and people write it: one reader for whatever comes as CSV."""

import codecs
import csv
import io
from itertools import islice

from mnist_clustering.errors import InputError
from mnist_clustering.images.decode import advice

ENDINGS = (".csv", ".tsv")


def read_rows(data: bytes, most: int | None = None) -> list[list[str]]:
    """Read the rows of a table, its header among them; empty lines are left out.

    Cells are apart by semicolons, tabs, commas or, between numbers, blanks.

    Raises
    ------
    InputError
        If this is no such text, as a clause that follows its name.
    """
    text = decode_text(data)
    first = text.partition("\n")[0]
    found = next((sign for sign in ";\t," if sign in first), None)
    blanks = found is None and number(first.split(" ")[0]) is not None
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=found or (" " if blanks else ","),
        # Elsewhere blanks belong to names.
        skipinitialspace=blanks,
    )
    try:
        return [row for row in islice(rows, most) if row]
    except csv.Error as error:
        raise InputError(f"is no CSV ({error}): save it anew") from None


def decode_text(data: bytes) -> str:
    """Decode UTF-8, or UTF-16 with its mark; refuse anything else by a clause."""
    if why := advice(data):
        raise InputError(why)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is no text in UTF-8 ({error}): save it as that") from None


def number(cell: str) -> float | None:
    """Read a number, with a decimal point or comma; None if it is none."""
    try:
        return float(cell.strip().replace(",", ".", 1))
    except ValueError:
        return None
