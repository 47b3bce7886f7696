"""dvc.yaml without any one of its lines that says what a stage reads or writes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.support import graph

LISTS = ("deps:", "outs:", "params:", "metrics:", "plots:")
# How DVC shows a plot: of no concern to its cache.
SHOWN = ("x:", "y:", "title:", "template:")


def lines() -> Iterator[int]:
    """Numbers of the lines below deps, outs, params, metrics and plots of a stage."""
    below: int | None = None
    for number, line in enumerate(text().splitlines()):
        indent, words = len(line) - len(line.lstrip()), line.strip()
        if line.startswith("plots:"):
            return  # What follows the stages is shown, not cached.
        if words in LISTS:
            below = indent
        elif below is not None and (
            indent < below or (not words.startswith("-") and indent == below)
        ):
            below = None
        elif below is not None and words and not words.startswith(SHOWN):
            yield number


def text() -> str:
    return (graph.ROOT / "dvc.yaml").read_text(encoding="utf-8")


def without(number: int, folder: Path) -> dict[str, graph.Stage]:
    """Resolve the stages of dvc.yaml without a line; ``folder`` is new for each.

    Raises
    ------
    Exception
        If DVC refuses such a file.
    """
    (folder / ".dvc").mkdir()
    shutil.copy(graph.ROOT / graph.PARAMS, folder)
    kept = text().splitlines()
    del kept[number]
    (folder / "dvc.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return graph.stages.__wrapped__(folder)
