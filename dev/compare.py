"""List experiments: what was changed in each, and its scores, best first.

    python -m dev.compare [-A] [--by SCORE] [--plot]

`dvc exp show --only-changed` leaves out columns where a terminal is too narrow for all. This names
every param that differs from the commit that an experiment started from, and sorts by a score.
"""

import argparse
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dvc.api
from dvc.exceptions import DvcException, NotDvcRepoError

from dev import graph
from mnist_clustering import files

SCORES = "metrics/scores.json"
COLUMNS = ("accuracy", "nmi", "k")
PICTURE = Path("compare.png")
# What is drawn: along the axis, and a line for each value.
AXIS, LINES = "recluster.k", "tsne.perplexity"
Row = Mapping[str, Any]


def main() -> None:
    """Print the table, or draw it."""
    parser = argparse.ArgumentParser(prog="compare", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("-A", "--all-commits", action="store_true",
        help="of all commits of this branch, not only of the last one")  # fmt: skip
    add("--by", choices=COLUMNS, default=COLUMNS[0], help="sort by it (default: %(default)s)")
    add("--plot", action="store_true",
        help=f"draw accuracy and NMI over {AXIS} and {LINES} to {PICTURE} instead")  # fmt: skip
    options = parser.parse_args()
    try:
        rows = _listed(-1 if options.all_commits else 1)
    except DvcException as error:
        sys.exit(f"compare: {error}")
    if options.plot:
        sys.exit(_plot(rows))
    try:
        print(table(rows, COLUMNS, options.by, shutil.get_terminal_size().columns), flush=True)
    except BrokenPipeError:
        # Whoever reads it, such as head, has seen enough; nothing is left to flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _listed(commits: int, attempts: int = 10) -> list[Row]:
    """List experiments; once more where the folder of one went away meanwhile.

    DVC looks into the temporary folders of a queue's running experiments, which come and go.
    """
    for _ in range(attempts - 1):
        try:
            return dvc.api.exp_show(num=commits)
        except (NotDvcRepoError, FileNotFoundError):
            time.sleep(0.5)
    return dvc.api.exp_show(num=commits)


def points(rows: Sequence[Row], score: str) -> dict[Any, list[tuple[float, float]]]:
    """Collect a score of all rows by the value of `LINES`, each over that of `AXIS`, in order."""
    found: dict[Any, dict[float, float]] = {}
    for row in rows:
        k, line = _value(row, AXIS, graph.PARAMS), _value(row, LINES, graph.PARAMS)
        value = _value(row, score, SCORES)
        if isinstance(k, int | float) and isinstance(value, int | float) and line is not None:
            found.setdefault(line, {})[k] = value
    return {line: sorted(found[line].items()) for line in sorted(found, key=str)}


def _plot(rows: Sequence[Row]) -> str | None:
    """Draw accuracy and NMI over the number of clusters; return what stands against it."""
    from mnist_clustering.figures import canvas, sweep

    scores = {score: points(rows, score) for score in ("accuracy", "nmi")}
    if max((len(line) for line in scores["accuracy"].values()), default=0) < 2:
        return (
            f"compare: no two experiments differ in {AXIS}: run some, as docs/experiments.md shows"
        )
    png = canvas.render(lambda: sweep.draw(scores), 160)
    with files.output(PICTURE) as temporary:
        temporary.write_bytes(png)
    print(f"compare: drawn to {PICTURE}")
    return None


def table(rows: Sequence[Row], scores: Sequence[str], by: str, width: int) -> str:
    """Lay experiments out as `dvc.api.exp_show` returns them, the highest score ``by`` first.

    Those without it (queued or failed) come last. What was changed goes on in further lines where
    the terminal is not wide enough.
    """
    listed = [
        (row, changed)
        for row, changed in zip(rows, _changes(rows), strict=True)
        if changed or row["rev"] != "workspace"
    ]
    listed.sort(key=lambda pair: _rank(_value(pair[0], by, SCORES)))
    cells = [
        [*(_shown(_value(row, name, SCORES)) for name in scores), row["Experiment"] or row["rev"]]
        for row, _ in listed
    ]
    widths = [max(map(len, column)) for column in zip((*scores, "experiment"), *cells, strict=True)]
    form = "".join(f"{{:>{w}}}  " for w in widths[:-1]) + f"{{:{widths[-1]}}}  "
    indent = sum(widths) + 2 * len(widths)
    lines = [form.format(*scores, "experiment") + "changed"]
    for (row, changed), own in zip(listed, cells, strict=True):
        state = "nothing" if row["State"] == "Success" else row["State"] or ""
        words = " ".join(changed) or state
        parts = textwrap.wrap(words, max(width - indent, 20), break_long_words=False) or [""]
        lines.append((form.format(*own) + parts[0]).rstrip())
        lines += [" " * indent + part for part in parts[1:]]
    return "\n".join(lines)


def _changes(rows: Sequence[Row]) -> list[list[str]]:
    """Name for each row the params that differ from those of the commit that it started from.

    DVC lists the workspace, the last commit, the experiments that started from it, an older commit,
    and so on.
    """
    names = graph.leaves(graph.load_yaml(graph.PARAMS))
    found = []
    base = rows[min(1, len(rows) - 1)]
    for number, row in enumerate(rows):
        if number and row["typ"] == "baseline":
            base = row
        pairs = {name: [_value(each, name, graph.PARAMS) for each in (row, base)] for name in names}
        found.append(
            [
                # DVC makes floats of numbers.
                f"{name}={own:g}" if isinstance(own, float) else f"{name}={own}"
                for name, (own, other) in pairs.items()
                if own not in (None, other)
            ]
        )
    return found


def _value(row: Row, name: str, file: str) -> Any:
    """Look a param or score up; DVC puts the file before names that several files have."""
    value = row.get(f"{file}:{name}", row.get(name))
    return None if value == "" else value


def _rank(value: Any) -> float:
    return -value if isinstance(value, int | float) else 1.0


def _shown(value: Any) -> str:
    if not isinstance(value, int | float):
        return "-"  # None, or what a commit of another layout has there.
    return f"{value:.4f}" if value != int(value) else f"{value:.0f}"


if __name__ == "__main__":
    main()
