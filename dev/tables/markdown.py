"""What all tables are made with."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0) -> str:
    """Lay rows out in Markdown, the last ``numbers`` columns to the right."""
    rule = ["---"] * (len(header) - numbers) + ["---:"] * numbers
    lines = [" | ".join(row) for row in (header, rule, *rows)]
    return "".join(f"| {line} |\n" for line in lines)


def read(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
