"""Cluster one's own pictures: a dataset and a workspace of their own, and what to take home.

The pictures stay where they are. Everything is written below ``clusters/NAME``; the workspace in it
is a plain DVC project, so that the same command again runs only what has changed.
"""

import argparse
import csv
import io
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from dev import graph, takehome
from mnist_clustering import files
from mnist_clustering.errors import InputError
from mnist_clustering.sources import folders
from stages import workspace

HERE = Path(__file__).resolve().parent
CLUSTERS = HERE / "clusters"
PIPELINE = "pipeline"
# Of this project, what a workspace does without.
_LEFT_OUT = (
    *("tests", "docs", "studies", "benchmarks", "checks", "tools", "metrics", "plots"),
    *(".ci", ".github", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("cluster.py", "dvc.lock", "labels.csv"),
)
# But this, which the explorer reads, and which belongs to no other images than MNIST's.
_KEPT = ("dev/studies/results/maps.npz",)
_ATTEMPT = re.compile(r"Running stage '(.+)':")
_SKIPPED = re.compile(r"Stage '(.+)' (?:didn't change|is cached)")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(words)
    try:
        folder = _folder(options.folder)
        files = folders.list_folder(folder)
        target = CLUSTERS / _slug(options.name or folder.name)
        _claim(target, folder)
        overrides = {
            "download.dataset": target.name,
            "split.method": "all",
            "recluster.k": options.k,
            "kmeans.k": 10 if options.k == "auto" else options.k,
            "merge.k_max": 40,
            "merge.micro_clusters": max(100, 0 if options.k == "auto" else 3 * options.k),
        }
        place = _lay_out(target / PIPELINE, overrides)
        described = {
            "title": f"Pictures of {folder.name}",
            "kind": "pictures",
            "form": options.form,
            "labels": "none" if options.flat else "folders",
            "folder": str(folder),
            "digest": folders.digest(files),
        }
        text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True)
        _write(place / f"datasets/{target.name}.yaml", text)
        if options.labels is not None or not (place / "labels.csv").exists():
            _write(place / "labels.csv", _labels(options.labels, folder))
        if not _run(place, target / "log.txt"):
            return 1
        for sentence in takehome.write(place, folder, target, copies=options.copies):
            print(f"cluster: {sentence}")
    except InputError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        said = f"{error.filename} cannot be read or written: {error.strerror}"
        print(f"cluster: {said if error.filename else error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cluster: interrupted; the same command goes on", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cluster.py",
        description="Cluster a folder of pictures without changing it: a table, folders by "
        "cluster, pictures and a fitted model below clusters/NAME.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="of pictures; its sub-folders are classes")
    parser.add_argument("--labels", metavar="FILE", help="CSV with the columns path and label")
    parser.add_argument("--k", type=_number, default="auto", help="clusters (default: auto)")
    parser.add_argument("--name", help="of the set (default: that of the folder)")
    form = "frame (default) for pictures of anything, handwriting for strokes"
    parser.add_argument("--form", choices=("frame", "handwriting"), default="frame", help=form)
    parser.add_argument("--flat", action="store_true", help="sub-folders are no classes")
    parser.add_argument("--copies", action="store_true", help="copies by cluster, not links")
    return parser


def _folder(given: str) -> Path:
    """Find the folder of pictures; one that holds this project would hold its own results."""
    folder = Path(given).expanduser().resolve()
    if not given.strip() or CLUSTERS.is_relative_to(folder):
        raise InputError(
            f"{given or 'nothing'} is no folder of pictures alone: make cluster IMAGES=folder"
        )
    return folder


def _number(text: str) -> int | str:
    if text == "auto":
        return text
    if not text.isdecimal() or not 2 <= int(text) <= 200:
        raise argparse.ArgumentTypeError(f"{text} is no number of clusters: give 2 to 200, or auto")
    return int(text)


def _slug(name: str) -> str:
    """Make a name that every system takes: lower case, digits, dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-") or "pictures"


def _claim(target: Path, folder: Path) -> None:
    """Refuse a name that stands for another folder already, or for a dataset of this project."""
    if (HERE / f"datasets/{target.name}.yaml").exists():
        raise InputError(
            f"{target.name} is a dataset of this project: give your set another name (--name)"
        )
    path = target / PIPELINE / f"datasets/{target.name}.yaml"
    before = yaml.safe_load(path.read_text(encoding="utf-8"))["folder"] if path.is_file() else None
    if before not in (None, str(folder)):
        raise InputError(
            f"{target} holds the clusters of {before}: give the set of {folder} another name, "
            "--name NAME"
        )


def _lay_out(place: Path, overrides: dict[str, Any]) -> Path:
    """Make the workspace, or bring its code up to date; params that were edited in it stay."""
    params = place / graph.PARAMS
    edited: dict[str, Any] = {}
    if params.is_file():
        edited = graph.leaves(yaml.safe_load(params.read_text(encoding="utf-8")))
    for name in workspace.project_files(HERE):
        if name.partition("/")[0] in _LEFT_OUT and name not in _KEPT:
            continue
        content = (HERE / name).read_bytes()
        if not (place / name).is_file() or (place / name).read_bytes() != content:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
    known = graph.leaves(yaml.safe_load(params.read_text(encoding="utf-8")))
    kept = {name: value for name, value in edited.items() if name in known}
    workspace.set_params(params, known | kept | overrides)
    config = "[core]\n    no_scm = true\n"
    _write(place / ".dvc/config.local", config)
    return place


def _write(path: Path, text: str) -> None:
    """Write a text file unless it says so already, which DVC would look at again."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        with files.output(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _labels(path: str | None, folder: Path) -> str:
    """Read the user's table and write its paths as those within the folder."""
    if path is None:
        return "path,label\n"
    rows = folders.read_manifest(Path(path).expanduser().read_bytes())
    lines = []
    for row in rows:
        within = Path(row["path"])
        if within.is_absolute() and within.is_relative_to(folder):
            within = within.relative_to(folder)
        lines.append((within.as_posix(), row.get("label", "")))
    if not any(label for _, label in lines):
        raise InputError(f"{path} has no labels: it needs the columns path and label")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([("path", "label"), *lines])
    return buffer.getvalue()


def _run(place: Path, log: Path) -> bool:
    """Run the pipeline; show which stage runs, and what stages say to the user.

    Returns
    -------
    bool
        Whether it ran to the end.
    """
    command = [sys.executable, "-m", "dvc", "repro"]
    environment = workspace.environment() | {"DVC_NO_ANALYTICS": "1"}
    path = f"{Path(sys.executable).parent}:{environment.get('PATH', '')}"
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            command,
            cwd=place,
            env=environment | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        said = _follow(process, kept)
    if process.returncode and not said:
        raise InputError(f"the run failed: see {log}")
    return process.returncode == 0


def _follow(process: subprocess.Popen[str], kept: Any) -> list[str]:
    """Pass on what concerns the user, and return the sentences of stages."""
    done, total = 0, len(graph.stages())
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        kept.write(line)
        if started := _ATTEMPT.match(line):
            done += 1
            print(f"[{done}/{total}] {started[1]}", flush=True)
        elif _SKIPPED.match(line):
            done += 1
        elif re.match(r"(\w+): \w", line) and not line.startswith("ERROR"):
            print(f"        {line.rstrip()}", flush=True)
            said.append(line.rstrip())
    return said


if __name__ == "__main__":
    sys.exit(main())
