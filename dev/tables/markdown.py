"""What all tables are made with."""

from collections.abc import Iterable, Sequence
from typing import Any

from mnist_clustering import files

NOT_YET = "Not measured yet.\n"
read = files.load_json


def table(header: str, rows: Iterable[Sequence[Any]], numbers: int = 0) -> str:
    """Lay rows out in Markdown, the last ``numbers`` columns to the right.

    Examples
    --------
    >>> print(table("name | mean", [("a", 1)], numbers=1), end="")
    | name | mean |
    | --- | ---: |
    | a | 1 |
    """
    names = header.split(" | ")
    rule = ["---"] * (len(names) - numbers) + ["---:"] * numbers
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in (names, rule, *rows))


def percent(share: float | None, decimals: int = 1) -> str:
    """Write a share in percent, and a dash for what there is none of."""
    return "–" if share is None else f"{100 * share:.{decimals}f}"
