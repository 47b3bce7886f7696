"""The tables of docs/troubleshooting.md, from the data that the tests work with."""

from pathlib import Path
from typing import Any

from dev import graph
from dev.tables.markdown import table

SITUATIONS = "tests/situations.yaml"


def situations(root: Path) -> str:
    """Lay out, group by group, what can happen, what one sees, and what to do."""
    groups: dict[str, dict[str, dict[str, Any]]] = graph.load_yaml(SITUATIONS, root)
    return "\n".join(
        f"## {group}\n\n" + table(("situation", "what you see", "what to do"), _rows(entries))
        for group, entries in groups.items()
    )


def _rows(entries: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (entry["when"], f"`{entry['see']}`", entry["do"] + _tried(entry))
        for entry in entries.values()
    ]


def _tried(entry: dict[str, Any]) -> str:
    return f" (Tried {entry['tried']}.)" if "tried" in entry else ""
