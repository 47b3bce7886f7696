"""What can go wrong, and what one then sees: the data of docs/troubleshooting.md."""

import functools
from typing import Any

from dev import graph

PATH = "tests/situations.yaml"


@functools.cache
def all_of_them() -> dict[str, dict[str, Any]]:
    """Return every situation by name."""
    groups = graph.load_yaml(PATH)
    return {name: entry for group in groups.values() for name, entry in group.items()}


def seen(name: str) -> str:
    """Return the words by which one knows a situation, as the documents quote them."""
    return all_of_them()[name]["see"]
