"""List experiments: what was changed in each, and its scores, best first.

    python -m dev.compare [-A] [--by SCORE]

`dvc exp show` has a column for every param and score, which no terminal is wide enough for. This
shows the headline scores (metrics/scores.json) and only the params that differ from the commit
that an experiment started from.
"""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import dvc.api
from dvc.exceptions import DvcException

from dev import graph
from dev.imports import ROOT
from dev.tables.markdown import read

SCORES = "metrics/scores.json"
Row = Mapping[str, Any]


def main() -> None:
    """Print the table."""
    scores = list(read(ROOT / SCORES))
    parser = argparse.ArgumentParser(prog="compare", description=__doc__.splitlines()[0])
    parser.add_argument(
        "-A",
        "--all-commits",
        action="store_true",
        help="of all commits of this branch, not only of the last one",
    )
    parser.add_argument(
        "--by", choices=scores, default=scores[0], help="score to sort by (default: %(default)s)"
    )
    options = parser.parse_args()
    try:
        rows = dvc.api.exp_show(num=-1 if options.all_commits else 1)
    except DvcException as error:
        sys.exit(f"compare: {error}")
    width = shutil.get_terminal_size().columns
    try:
        print(table(rows, scores, options.by, width), flush=True)
    except BrokenPipeError:
        # Whoever reads it, such as head, has seen enough; nothing is left to flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(rows: Sequence[Row], scores: Sequence[str], by: str, width: int) -> str:
    """Lay experiments out, best first.

    Parameters
    ----------
    rows : sequence of mapping
        As `dvc.api.exp_show` returns them.
    scores : sequence of str
        Keys of metrics/scores.json, a column each.
    by : str
        The score to sort by, highest first; experiments without it (queued or failed) come last.
    width : int
        Of the terminal. What was changed goes on in further lines.
    """
    changes = _changes(rows)
    listed = [
        (row, changed)
        for row, changed in zip(rows, changes, strict=True)
        if changed or row["rev"] != "workspace"
    ]
    listed.sort(key=lambda pair: -(_value(pair[0], by, SCORES) or -1))
    cells = [
        [*(_shown(_value(row, name, SCORES)) for name in scores), row["Experiment"] or row["rev"]]
        for row, _ in listed
    ]
    header = [*scores, "experiment"]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    indent = sum(widths) + 2 * len(widths)
    lines = [_line(header, widths) + "changed"]
    for (row, changed), own in zip(listed, cells, strict=True):
        state = "nothing" if row["State"] == "Success" else row["State"] or ""
        words = " ".join(changed) or state
        parts = textwrap.wrap(words, max(width - indent, 20), break_long_words=False)
        lines.append((_line(own, widths) + "".join(parts[:1])).rstrip())
        lines += [" " * indent + part for part in parts[1:]]
    return "\n".join(lines)


def _changes(rows: Sequence[Row]) -> list[list[str]]:
    """Name for each row the params that differ from those of the commit that it started from.

    DVC lists the workspace, the last commit, the experiments that started from it, an older commit,
    and so on.
    """
    names = graph.leaves(graph.load_yaml(graph.PARAMS))
    found = []
    base = rows[1] if len(rows) > 1 else rows[0]
    for number, row in enumerate(rows):
        if number and row["typ"] == "baseline":
            base = row
        values = ((name, _value(row, name, graph.PARAMS), base) for name in names)
        found.append(
            [
                f"{name}={_plain(value)}"
                for name, value, other in values
                if value is not None and value != _value(other, name, graph.PARAMS)
            ]
        )
    return found


def _value(row: Row, name: str, file: str) -> Any:
    """Look a param or score up; DVC puts the file before names that several files have."""
    value = row.get(f"{file}:{name}", row.get(name))
    return None if value == "" else value


def _plain(value: Any) -> str:
    """Undo that DVC makes floats of numbers."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if value != int(value) else f"{value:.0f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    *numbers, name = zip(cells, widths, strict=True)
    return (
        "  ".join([*(cell.rjust(width) for cell, width in numbers), name[0].ljust(name[1])]) + "  "
    )


if __name__ == "__main__":
    main()
