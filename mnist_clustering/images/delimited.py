"""Delimited text, as programs and people write it: one reader for whatever comes as CSV."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator

from mnist_clustering.errors import InputError
from mnist_clustering.images.decode import advice

ENDINGS = (".csv", ".tsv")
_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_rows(data: bytes) -> list[list[str]]:
    """Read the rows of a table, its header among them if it has one; empty lines are left out.

    Parameters
    ----------
    data : bytes
        UTF-8, or UTF-16 with its mark; cells apart by semicolons, tabs, commas or blanks.

    Returns
    -------
    list of list of str

    Raises
    ------
    InputError
        If this is no such text, as a clause that follows its name.
    """
    if why := advice(data):
        raise InputError(why)
    encoding = _ENCODINGS.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
        rows = _cells(io.StringIO(text, newline=""), delimiter(text.partition("\n")[0]))
        return [row for row in rows if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"is no CSV in UTF-8 ({error}): save it as that") from None


def delimiter(line: str) -> str:
    """Tell from the first line of a table what stands between its cells.

    Examples
    --------
    >>> delimiter("path;label")
    ';'
    """
    found = next((sign for sign in ";\t," if sign in line), None)
    blanks = found is None and number(line.split(" ")[0]) is not None
    return found or (" " if blanks else ",")


def cells(line: str, between: str) -> list[str]:
    """Read the cells of one line."""
    return next(_cells([line], between), [])


def _cells(lines: Iterable[str], between: str) -> Iterator[list[str]]:
    # Blanks belong to names, unless they are what stands between cells.
    return csv.reader(lines, delimiter=between, skipinitialspace=between == " ")


def number(cell: str) -> float | None:
    """Read a number, with a decimal point or comma; None if it is none."""
    try:
        return float(cell.strip().replace(",", ".", 1))
    except ValueError:
        return None
