"""What all tables are made with."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

NOT_YET = "Not measured yet.\n"


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


def read(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def percent(share: float | None, decimals: int = 1) -> str:
    """Write a share in percent, and a dash for what there is none of."""
    return "–" if share is None else f"{100 * share:.{decimals}f}"
