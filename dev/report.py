"""Open the report, or the explorer; or set two experiments side by side: make report ARGS="A B"."""

import argparse
import re
import subprocess
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dvc.api import metrics_show, params_show
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.scm import RevError, resolve_rev

from dev.graph import ROOT
from mnist_clustering import files
from mnist_clustering.pages import html, sections

PAGES = {"report": ROOT / "report.html", "explorer": ROOT / "site/index.html"}
PICTURES = "plots"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="two experiments or commits, to be compared"
    )
    parser.add_argument("--explorer", action="store_true", help="open the explorer instead")
    options = parser.parse_args()
    runs, what = options.runs, "explorer" if options.explorer else "report"
    if len(runs) not in (0, 2):
        parser.error(f"{len(runs)} runs cannot be compared: name two, or none for the report")
    page = compare(*runs) if runs else PAGES[what]
    if not page.is_file():
        sys.exit(f"{what}: there is none yet: make it by make repro, or fetch it by dvc pull")
    opened = webbrowser.open(page.as_uri())
    print(f"{what}: {'opened' if opened else 'found no browser: open'} {page.as_uri()}")


def compare(first: str, second: str, root: Path = ROOT) -> Path:
    """Write a page with two runs side by side, what differs first.

    Parameters
    ----------
    first, second : str
        Names of experiments, or commits.
    root : Path
        The clone.

    Returns
    -------
    Path
        The page, ``report-FIRST-SECOND.html``.
    """
    runs = (first, second)
    with Repo(str(root)) as repo:
        commits = [_commit(repo, run) for run in runs]
    try:
        params = [sections.leaves(params_show(repo=str(root), rev=sha)) for sha in commits]
        metrics = [sections.leaves(metrics_show(repo=str(root), rev=sha)) for sha in commits]
    except DvcException as error:
        sys.exit(f"report: {error}")
    names = sorted({name for sha in commits for name in _git(root, "ls-tree", "-r", "--name-only",
                    sha, PICTURES).decode().splitlines() if name.endswith(".png")})  # fmt: skip
    pictures = {name: [_picture(root, sha, name) for sha in commits] for name in names}
    differ = {name: pair for name, pair in pictures.items() if pair[0] != pair[1]}
    same = [name for name in names if name not in differ]
    title = f"{first} beside {second}"
    body = [
        f"<h1>{html.text(title)}</h1>",
        "<h2>What was changed</h2>",
        _differences("param", runs, params) or "<p>No param.</p>",
        "<h2>Scores</h2>",
        _differences("metric", runs, metrics) or "<p>No metric differs.</p>",
        "<h2>Figures</h2>",
        *(_pair(name, runs, pair) for name, pair in differ.items()),
        f"<p>The same in both: {html.text(', '.join(same) or 'none')}.</p>",
    ]
    page = root / f"report-{'-'.join(re.sub(r'[^A-Za-z0-9.]+', '_', run) for run in runs)}.html"
    with files.output(page) as temporary:
        temporary.write_text(html.document(title, body), encoding="utf-8", newline="\n")
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


def _picture(root: Path, sha: str, name: str) -> bytes:
    try:
        return _git(root, "show", f"{sha}:{name}")
    except subprocess.CalledProcessError:
        return b""


def _differences(kind: str, runs: tuple[str, str], values: Sequence[Mapping[str, Any]]) -> str:
    """List what two runs do not have in common; nothing if they have it all."""
    rows = []
    for name in dict.fromkeys([*values[0], *values[1]]):
        pair = [run.get(name) for run in values]
        if pair[0] != pair[1]:
            numbers = [value for value in pair if isinstance(value, int | float)]
            step = f"{numbers[1] - numbers[0]:+g}" if len(numbers) == 2 else ""
            rows.append((html.code(name), *map(html.code, pair), step))
    return html.table((kind, *runs, "difference"), rows) if rows else ""


def _pair(name: str, runs: tuple[str, str], pair: list[bytes]) -> str:
    shown = [
        f"<figure>{html.image(png, f'{name} of {run}') if png else '–'}"
        f"<figcaption>{html.text(run)}</figcaption></figure>"
        for run, png in zip(runs, pair, strict=True)
    ]
    return f'<h3>{html.text(name)}</h3><div class="pair">{"".join(shown)}</div>'


if __name__ == "__main__":
    main()
