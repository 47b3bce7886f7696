"""Open the report, or the explorer; or set two experiments side by side: make report ARGS="A B"."""

import argparse
import csv
import io
import json
import re
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from dvc.api import DVCFileSystem, metrics_show, params_show
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.scm import RevError, resolve_rev
from numpy.typing import NDArray

from dev import machine
from dev.graph import ROOT
from mnist_clustering import files
from mnist_clustering.evaluation import scores
from mnist_clustering.pages import html, sections
from mnist_clustering.pages.opening import cluster_names
from stages import costs
from stages.partitions import HEADLINE, SUMMARISED

REPORT, HERE = "report.html", "report-here.html"
PAGES = {"explorer": "site/index.html", "audit": "data/examine/audit.html"}
PICTURES = "plots"
SCORES, INTERVALS = "metrics/evaluate.json", "metrics/intervals.json"
TABLE, IMAGES = "data/evaluate/clusters_test.csv", "data/split/test_images.npy"
# Moves from one cluster to another, and pictures of each.
_MOVES, _PICTURES = 12, 24


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="two experiments or commits, to be compared"
    )
    for name in PAGES:
        about = f"open the {name} instead"
        parser.add_argument(f"--{name}", dest="page", action="store_const", const=name, help=about)
    options = parser.parse_args()
    runs, what = options.runs, options.page or "report"
    if len(runs) not in (0, 2):
        parser.error(f"{len(runs)} runs cannot be compared: name two, or none for the report")
    page = compare(*runs) if runs else ROOT / PAGES[what] if options.page else here()
    if not page.is_file():
        sys.exit(f"{what}: there is none yet: make it by make repro, or fetch it by dvc pull")
    opened = webbrowser.open(page.as_uri())
    print(f"{what}: {'opened' if opened else 'found no browser: open'} {page.as_uri()}")


def here(root: Path = ROOT) -> Path:
    """Write the report with what differs by machine: commit, system, seconds and memory.

    It is a page of its own; the output itself stays as it is on every machine.
    """
    if not (root / REPORT).is_file():
        sys.exit("report: there is no report yet: make it by make repro, or fetch it by dvc pull")
    try:
        commit = _git(root, "log", "-1", "--format=%H, %ci").decode().strip()
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
        commit += ", with changes" if changed else ""
    except (OSError, subprocess.CalledProcessError):
        commit = "none: no git repository"
    facts = {"commit": commit} | machine.facts()
    del facts["libraries"]  # They stand above.
    header = ("stage", "seconds", "of processor", "MB", "ended")
    spent = [(name, *own.values()) for name, own in costs.known(root).items()]
    section = [
        "<h2>Where it ran</h2>",
        html.table(("", ""), facts.items()),
        "<p>Each stage as it last ran in this folder; others came from the cache.</p>",
        html.table(header, spent) if spent else "",
    ]
    text = (root / REPORT).read_text(encoding="utf-8")
    files.save_text(root / HERE, text.replace("</body>", "\n".join(section) + "\n</body>"))
    return root / HERE


def compare(first: str, second: str, root: Path = ROOT) -> Path:
    """Write a page with two runs side by side, experiments or commits, what matters first."""
    runs = tuple(re.sub(r"^([0-9a-f]{7})[0-9a-f]{33}$", r"\1", run) for run in (first, second))
    with Repo(str(root)) as repo:
        commits = [_commit(repo, run) for run in (first, second)]
    try:
        params = [sections.leaves(params_show(repo=str(root), rev=sha)) for sha in commits]
        metrics = [sections.leaves(metrics_show(repo=str(root), rev=sha)) for sha in commits]
    except DvcException as error:
        sys.exit(f"report: {error}")
    tables = [_table(root, sha) for sha in commits]
    names = sorted({name for sha in commits for name in _git(root, "ls-tree", "-r", "--name-only",
                    sha, PICTURES).decode().splitlines() if name.endswith(".png")})  # fmt: skip
    pictures = {name: [_file(root, sha, name) for sha in commits] for name in names}
    differ = {name: pair for name, pair in pictures.items() if pair[0] != pair[1]}
    same = [name for name in names if name not in differ]
    title = " beside ".join(runs)
    body = [
        f"<h1>{html.text(title)}</h1>",
        "<h2>What was changed</h2>",
        _differences("param", runs, params) or "<p>No param.</p>",
        "<h2>Scores</h2>",
        html.table(("accuracy on test, %", *runs, "difference"), _scores(root, commits, tables)),
        '<p class="soft">With intervals of 95 %; that of a difference is of the same images, where '
        "the tables of both runs are in the cache.</p>",
        "<h2>Images in another cluster</h2>",
        *_moved(root, commits, tables),
        "<h2>Figures</h2>",
        *(_pair(name, runs, pair) for name, pair in differ.items()),
        html.details(f"{len(same)} figures are the same", f"<p>{html.text(', '.join(same))}</p>"),
        html.details("All metrics", _differences("metric", runs, metrics) or "No metric differs."),
    ]
    page = root / f"report-{'-'.join(re.sub(r'[^A-Za-z0-9.]+', '_', run) for run in runs)}.html"
    files.save_text(page, html.document(title, body))
    return page


def _commit(repo: Any, run: str) -> str:
    try:
        return str(resolve_rev(repo.scm, run))
    except RevError:
        sys.exit(
            f"report: there is no experiment or commit {run}: make compare lists the experiments"
        )


def _git(root: Path, *words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True).stdout


def _file(root: Path, sha: str, name: str) -> bytes:
    try:
        return _git(root, "show", f"{sha}:{name}")
    except subprocess.CalledProcessError:
        return b""


def _output(root: Path, sha: str, name: str) -> bytes:
    """Read an output of DVC as it was; nothing if it is not in the cache."""
    try:
        found: bytes = DVCFileSystem(str(root), rev=sha).read_bytes(name)
    except (DvcException, OSError):
        return b""
    return found


def _table(root: Path, sha: str) -> dict[int, dict[str, str]]:
    """Read labels and clusters of the test images by the number of the image."""
    text = _output(root, sha, TABLE).decode("utf-8")
    return {int(row["index"]): row for row in csv.DictReader(io.StringIO(text))}


def _scores(
    root: Path, commits: Sequence[str], tables: Sequence[Mapping[int, Mapping[str, str]]]
) -> Iterator[tuple[str, ...]]:
    """Set the accuracies of each partition side by side, that of the result first."""
    scored, intervals = (
        [json.loads(_file(root, sha, path) or "{}") for sha in commits]
        for path in (SCORES, INTERVALS)
    )
    for name in dict.fromkeys([HEADLINE, *SUMMARISED]):
        cells = []
        for own, around in zip(scored, intervals, strict=True):
            ends = around.get(name, {}).get("accuracy")
            shares = [own[name]["test"]["accuracy"], ends["low"], ends["high"]] if ends else []
            percents = [f"{100 * share:.2f}" for share in shares]
            cells.append("{} ({} to {})".format(*percents) if percents else "–")
        yield sections.PARTITIONS.get(name, name), *cells, _gain(name, tables)


def _gain(name: str, tables: Sequence[Mapping[int, Mapping[str, str]]]) -> str:
    """Say by how much the second run is more often right, of the same images, with its interval.

    The interval is that of McNemar's test: only images that one of the runs alone has right count.
    """
    rows = [(tables[0][i], tables[1][i]) for i in tables[0] if i in tables[1]]
    known = [pair for pair in rows if pair[0]["label"] and f"{name}_label" in pair[0]]
    gains = [sum(sign * (row[f"{name}_label"] == row["label"]) for sign, row in zip((-1, 1), pair,
             strict=True)) for pair in known if f"{name}_label" in pair[1]]  # fmt: skip
    if not gains:
        return "–"
    gain = 100 * np.array(gains)
    margin = 1.96 * gain.std() / len(gain) ** 0.5
    return f"{gain.mean():+.2f} ({gain.mean() - margin:+.2f} to {gain.mean() + margin:+.2f})"


def _moved(
    root: Path, commits: Sequence[str], tables: Sequence[Mapping[int, Mapping[str, str]]]
) -> Iterator[str]:
    """Show the test images whose cluster is not the one that is matched with their former one."""
    shared = [i for i in tables[1] if i in tables[0]]
    if not shared:
        yield "<p>The tables of these runs are not both in the cache: dvc pull fetches them.</p>"
        return
    own = [[table[i] for i in shared] for table in tables]
    before, after = (np.array([int(row[HEADLINE]) for row in rows]) for rows in own)
    counts = scores.contingency(before, after, int(after.max()) + 1, int(before.max()) + 1)
    matched = np.array([-1 if name is None else name for name in scores.one_to_one(counts)])
    moved = np.flatnonzero(matched[after] != before)
    yield f"<p>{len(moved):,} of {len(shared):,} test images; clusters are matched one to one.</p>"
    moves: dict[tuple[int, int], list[int]] = {}
    for i in moved.tolist():
        moves.setdefault((int(before[i]), int(after[i])), []).append(i)
    images = _images(root, commits[1], list(tables[1]))
    names = [_names(rows) for rows in own]
    parts = [
        _move(f"{names[0][pair[0]]} → {names[1][pair[1]]}", members, own, shared, images)
        for pair, members in sorted(moves.items(), key=lambda move: -len(move[1]))
    ]
    yield from parts[:_MOVES]
    if parts[_MOVES:]:
        yield html.details(f"{len(parts) - _MOVES} more moves", *parts[_MOVES:])


def _names(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Name clusters as the explorer does."""
    labels: list[str | None] = [None] * (1 + max(int(row[HEADLINE]) for row in rows))
    for row in rows:
        labels[int(row[HEADLINE])] = row[f"{HEADLINE}_label"] or None
    return cluster_names(labels, [0] * len(labels))


def _images(root: Path, sha: str, rows: Sequence[int]) -> dict[int, NDArray[np.uint8]]:
    content = _output(root, sha, IMAGES)
    return dict(zip(rows, np.load(io.BytesIO(content)), strict=True)) if content else {}


def _move(
    name: str,
    members: Sequence[int],
    own: Sequence[Sequence[Mapping[str, str]]],
    shared: Sequence[int],
    images: Mapping[int, NDArray[np.uint8]],
) -> str:
    right = [sum(run[i][f"{HEADLINE}_label"] == run[i]["label"] for i in members) for run in own]
    shown = []
    for i in members[:_PICTURES]:
        if (image := images.get(shared[i])) is not None:
            words = f"image {shared[i]}, label {own[1][i]['label']}"
            picture = html.image(image, words, f' width="56" title="{html.text(words)}"')
            shown.append(html.pinned(shared[i], picture))
    title = f"{name}: {len(members):,}, right {right[0]:,} before and {right[1]:,} after"
    return f'<h3>{html.text(title)}</h3><div class="near">{"".join(shown)}</div>'


def _differences(kind: str, runs: Sequence[str], values: Sequence[Mapping[str, Any]]) -> str:
    """List what two runs do not have in common; nothing if they have it all."""
    rows = []
    for name in dict.fromkeys([*values[0], *values[1]]):
        pair = [run.get(name) for run in values]
        if pair[0] != pair[1]:
            numbers = [value for value in pair if isinstance(value, int | float)]
            step = f"{numbers[1] - numbers[0]:+g}" if len(numbers) == 2 else ""
            rows.append((html.code(name), *map(html.code, pair), step))
    return html.table((kind, *runs, "difference"), rows) if rows else ""


def _pair(name: str, runs: Sequence[str], pair: list[bytes]) -> str:
    shown = [
        html.figure(html.image(png, f"{name} of {run}"), run) if png else f"<p>{run}: none</p>"
        for run, png in zip(runs, pair, strict=True)
    ]
    return f'<h3>{html.text(name)}</h3><div class="pair">{"".join(shown)}</div>'


if __name__ == "__main__":
    main()
