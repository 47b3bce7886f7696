"""List experiments: what was changed in each, and its scores, best first.

    python -m dev.compare [-A] [--by SCORE] [--plot]

`dvc exp show --only-changed` leaves out columns where a terminal is too narrow for all. This names
every param that differs from the commit that an experiment started from, and sorts by a score.

Experiments are read as git holds them. DVC's own list also looks into the temporary folders of a
queue that runs; when one of these comes or goes meanwhile, it fails or waits forever (DVC 3.67).
"""

import argparse
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import yaml

from dev.experiments import git
from dev.graph import PARAMS, leaves
from mnist_clustering import files
from mnist_clustering.errors import InputError

SCORES = "metrics/scores.json"
COLUMNS = ("accuracy", "nmi", "k")
PICTURE = Path("compare.png")
# What is drawn: along the axis, and a line for each value.
AXIS, LINES = "recluster.k", "tsne.perplexity"
UNCHANGED = "nothing"


class Row(NamedTuple):
    """An experiment, a commit, or the workspace."""

    name: str
    params: Mapping[str, Any]
    scores: Mapping[str, Any]
    changed: str  # Since the commit that it started from; empty for a commit.


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
        found = rows(Path(), options.all_commits)
    except InputError as error:
        sys.exit(f"compare: {error}")
    if options.plot:
        sys.exit(_plot(found))
    try:
        print(table(found, COLUMNS, options.by, shutil.get_terminal_size().columns), flush=True)
    except BrokenPipeError:
        # Whoever reads it, such as head, has seen enough; nothing is left to flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def rows(root: Path, all_commits: bool = False) -> list[Row]:
    """List the last commit, its experiments (those of all commits), and a changed workspace."""
    head = git(root, "rev-parse", "HEAD").strip()
    branch = git(root, "rev-parse", "--abbrev-ref", "HEAD").strip()
    commits = git(root, "rev-list", "--first-parent", head).split() if all_commits else [head]
    started: dict[str, list[str]] = {head: []}
    for ref in git(root, "for-each-ref", "--format=%(refname)", "refs/exps/").split():
        # The two parts of a commit, and a name; DVC keeps other things there as well.
        sha = "".join(ref.split("/")[2:4])
        if sha in commits:
            started.setdefault(sha, []).append(ref)
    found = []
    for sha, refs in started.items():
        # Without a branch, its name is HEAD.
        name = branch if sha == head and branch != "HEAD" else sha[:7]
        base = _row(name, partial(_committed, root, sha))
        found.append(base)
        found += [_row(ref.split("/")[-1], partial(_committed, root, ref), base) for ref in refs]
    own = _row("workspace", lambda file: (root / file).read_text(encoding="utf-8"), found[0])
    return [*found, own] if own.changed != UNCHANGED else found


def _row(name: str, read: Callable[[str], str], base: Row | None = None) -> Row:
    """Read params and scores; the row of another commit says what was changed since."""
    params, scores = leaves(_parsed(read, PARAMS)), _parsed(read, SCORES)
    if base is None:
        return Row(name, params, scores, "")
    changed = [
        f"{param}={value if isinstance(value, str) else json.dumps(value, default=str)}"
        for param, value in params.items()
        if value != base.params.get(param, value)
    ]
    return Row(name, params, scores, " ".join(changed) or UNCHANGED)


def _committed(root: Path, revision: str, file: str) -> str:
    return git(root, "show", f"{revision}:{file}")


def _parsed(read: Callable[[str], str], file: str) -> dict[str, Any]:
    """Parse YAML or JSON; nothing if there is no such file, or it is being edited."""
    try:
        values = yaml.load(read(file), Loader=yaml.CSafeLoader)
    except (InputError, OSError, yaml.YAMLError):
        return {}
    return values if isinstance(values, dict) else {}


def points(found: Sequence[Row], score: str) -> dict[Any, list[tuple[float, float]]]:
    """Collect a score of all rows by the value of `LINES`, each over that of `AXIS`, in order."""
    lines: dict[Any, dict[float, float]] = {}
    for row in found:
        k, line, value = row.params.get(AXIS), row.params.get(LINES), row.scores.get(score)
        if _is_number(k) and _is_number(value) and line is not None:
            lines.setdefault(line, {})[k] = value
    return {line: sorted(lines[line].items()) for line in sorted(lines, key=str)}


def _plot(found: Sequence[Row]) -> str | None:
    """Draw accuracy and NMI over the number of clusters; return what stands against it."""
    from mnist_clustering.figures import canvas, sweep

    scores = {score: points(found, score) for score in ("accuracy", "nmi")}
    if max((len(line) for line in scores["accuracy"].values()), default=0) < 2:
        return (
            f"compare: no two experiments differ in {AXIS}: run some, as docs/experiments.md shows"
        )
    png = canvas.render(lambda: sweep.draw(scores), 160)
    with files.output(PICTURE) as temporary:
        temporary.write_bytes(png)
    print(f"compare: drawn to {PICTURE}")
    return None


def table(found: Sequence[Row], scores: Sequence[str], by: str, width: int) -> str:
    """Lay rows out, the highest score ``by`` first, those without it last.

    What was changed goes on in further lines where the terminal is not wide enough.
    """

    def rank(row: Row) -> float:
        value = row.scores.get(by)
        return -value if _is_number(value) else 1.0

    listed = sorted(found, key=rank)
    cells = [[*(_shown(row.scores.get(name)) for name in scores), row.name] for row in listed]
    widths = [max(map(len, column)) for column in zip((*scores, "experiment"), *cells, strict=True)]
    form = "".join(f"{{:>{w}}}  " for w in widths[:-1]) + f"{{:{widths[-1]}}}  "
    indent = sum(widths) + 2 * len(widths)
    lines = [form.format(*scores, "experiment") + "changed"]
    for row, own in zip(listed, cells, strict=True):
        parts = textwrap.wrap(row.changed, max(width - indent, 20), break_long_words=False) or [""]
        lines.append((form.format(*own) + parts[0]).rstrip())
        lines += [" " * indent + part for part in parts[1:]]
    return "\n".join(lines)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float)


def _shown(value: Any) -> str:
    if not _is_number(value):
        return "-"  # None, or what a commit of another layout has there.
    return f"{value:.4f}" if value != int(value) else f"{value:.0f}"


if __name__ == "__main__":
    main()
