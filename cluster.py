"""Cluster one's own pictures: a dataset and a workspace of their own, and what to take home.

The pictures stay where they are. Everything is written below ``clusters/NAME``; the workspace in it
is a plain DVC project, so that the same command again runs only what has changed. What a user edits
there is set aside or left where it is, and said.
"""

import argparse
import csv
import io
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import yaml

from mnist_clustering import files, sorting
from mnist_clustering.errors import InputError
from mnist_clustering.images import listing
from mnist_clustering.images.labels import Label
from mnist_clustering.ledger import Ledger
from mnist_clustering.pages import overview
from mnist_clustering.sources import picture_sets
from stages import workspace
from stages.workspace import PARAMS

HERE = Path(__file__).resolve().parent
CLUSTERS = HERE / "clusters"
PIPELINE = "pipeline"
TABLE = "clusters.csv"
LABELS = "labels.csv"
SKIPPED = "data/raw/skipped.csv"
# Suspect labels, copies, and a page of both, below `data`.
AUDIT = ("examine/suspects.csv", "copies/copies.csv", "examine/audit.html")
# What the workspace takes of this project, beside each dvc.yaml.
_CODE = ("explorer", "mnist_clustering", "stages")
_TAKEN = (
    *(*_CODE, ".dvc", ".dvcignore", ".gitignore", PARAMS, "params.schema.json"),
    *("requirements.lock", "datasets/description.schema.json", "dev/studies/results/maps.npz"),
)
# Where images are on the map, and their clusters: the map's own, and those placed on it.
_PARTS = (
    ("data/tsne/2d/train.npy", "data/evaluate/clusters_train.csv"),
    ("data/bundle/positions.npy", "data/bundle/clusters.csv"),
)
# Folders to take home: what they are called there, where they are, and which of their files.
_COPIED = (("pictures", "plots", "*.png"), ("explorer", "site", "**/*"))
# Share of the pictures in one cluster from which it is no cluster but nearly all.
_MOST = 0.9
_FIRST = {"split.method": "all"}
_STARTED = re.compile(r"Running stage '(.+)':")
_SKIPS = re.compile(r"Stage '(.+)' (?:didn't change|is cached)")
_SENTENCE = re.compile(r"(?!ERROR)\w+: \w")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    options = _parser().parse_args(words)
    fault: object = None
    try:
        for sentence in cluster(options):
            print(f"cluster: {sentence}", flush=True)
    except InputError as error:
        fault = error
    except OSError as error:
        said = f"{error.filename} cannot be read or written: {error.strerror}"
        fault = said if error.filename else error
    except KeyboardInterrupt:
        fault = "interrupted; the same command goes on"
    if fault:
        print(f"cluster: {fault}", file=sys.stderr)
    return int(bool(fault))


def cluster(options: argparse.Namespace) -> Iterator[str]:
    """Lay out the workspace, run it, and take home what it found; yield what is to be told."""
    folder = _folder(options.folder)
    pictures = picture_sets.listed(str(folder))
    target = CLUSTERS / _slug(options.name or folder.name)
    is_new = _claim(target, folder)
    labels = _read_labels(options.labels, folder, pictures)
    ledger, place = Ledger(target, _say_aside), target / PIPELINE
    _lay_out(ledger, target.name, options.k)
    described = _described(folder, options, pictures)
    text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True)
    ledger.write(f"{PIPELINE}/datasets/{target.name}.yaml", text.encode())
    if labels is None and not is_new and (place / LABELS).is_file():
        labels = listing.read(LABELS, (place / LABELS).read_bytes()).by_path(LABELS)
        yield from _drop_labels(ledger, labels, labels.keys() - pictures.keys(), "are gone")
    else:
        ledger.write(f"{PIPELINE}/{LABELS}", _written(labels or {}))
    with (target / "log.txt").open("w", encoding="utf-8") as log:
        if labels:
            _run(place, log, "download")
            unused = {row["path"] for row in _table(place / SKIPPED)} & labels.keys()
            yield from _drop_labels(ledger, labels, unused, "cannot be used")
        _run(place, log)
    yield from _take_home(place, folder, ledger, copies=options.copies)
    if ledger.kept:
        yield f"{_count(ledger.kept, 'file')} of your own left as it was, such as {ledger.kept[0]}"


def _say_aside(name: str, aside: str) -> None:
    print(f"cluster: {name} was edited: your version is {aside}", flush=True)


def _count(items: Collection[Any], noun: str) -> str:
    return f"{len(items):,} {noun}{'s' * (len(items) != 1)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cluster.py",
        description="Cluster a folder of pictures without changing it: a table, folders by "
        "cluster, pictures and a fitted model below clusters/NAME.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="of pictures; its sub-folders are classes")
    parser.add_argument("--labels", metavar="FILE", help="CSV with the columns path and label")
    k = "clusters, or auto; without it, as before, and auto at first"
    parser.add_argument("--k", type=_number, metavar="K", help=k)
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
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise InputError(f"the path {str(folder)!r} is no UTF-8: rename the folder") from None
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
    return re.sub(r"[^a-z0-9_]+", "-", plain)[:80].strip("-") or "pictures"


def _claim(target: Path, folder: Path) -> bool:
    """Refuse a name with results of another folder; tell whether it is new for this one."""
    if (HERE / f"datasets/{target.name}.yaml").exists():
        raise InputError(
            f"{target.name} is a dataset of this project: give your set another name (--name)"
        )
    path = target / PIPELINE / f"datasets/{target.name}.yaml"
    before = _read_yaml(path).get("folder") if path.is_file() else None
    # A first try that failed has no results, and keeps no name.
    if before not in (None, str(folder)) and (target / TABLE).exists():
        raise InputError(
            f"{target} holds the clusters of {before}: give the set of {folder} another name, "
            "--name NAME"
        )
    return before != str(folder)


def _lay_out(ledger: Ledger, name: str, k: int | str | None) -> None:
    """Make the workspace, or bring its code up to date; params that were edited in it stay."""
    for file in workspace.project_files(HERE):
        is_taken = any(Path(file).is_relative_to(part) for part in _TAKEN)
        if (is_taken or Path(file).name == workspace.PIPELINE) and file != PARAMS:
            ledger.write(f"{PIPELINE}/{file}", (HERE / file).read_bytes())
    for part in _CODE:
        ledger.prune(f"{PIPELINE}/{part}")
    place = ledger.folder / PIPELINE
    local = place / ".dvc/config.local"
    if not local.exists():
        local.write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    _set_params(ledger, place / PARAMS, {"download.dataset": name}, k)


def _set_params(ledger: Ledger, path: Path, changes: dict[str, Any], k: int | str | None) -> None:
    """Write params: at first those that suit one's own pictures, later only what is asked for."""
    text = (HERE / PARAMS).read_text(encoding="utf-8")
    known = workspace.leaves(_read_yaml(HERE / PARAMS))
    if not path.is_file():
        changes |= _FIRST | _following(k or "auto")
    else:
        edited = workspace.leaves(_read_yaml(path))
        if edited.keys() == known.keys():
            text = path.read_text(encoding="utf-8")
        else:
            # This project's params are others now: comments that were written there stay as well.
            ledger.move_aside(f"{PIPELINE}/{PARAMS}")
            changes |= {key: value for key, value in edited.items() if key in known}
        if k is not None:
            before = _following(edited.get("recluster.k"))
            follows = {key for key in before if edited.get(key) == before[key]}
            following = _following(k)
            changes |= {key: following[key] for key in {*follows, "recluster.k"}}
    with files.output(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
        workspace.set_params(temporary, changes)


def _following(k: Any) -> dict[str, Any]:
    """Params that the number of clusters decides, as long as they are not edited."""
    number = k if isinstance(k, int) else 0
    return {
        "recluster.k": k,
        "kmeans.k": number or 10,
        "elbow.k_max": min(max(40, 2 * number), 100),
        "micro.micro_clusters": max(100, 3 * number),
    }


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise InputError(f"{path} cannot be read as YAML ({said}): mend or remove it") from None
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no params by name: mend or remove it")
    return found


def _described(
    folder: Path, options: argparse.Namespace, pictures: picture_sets.Files
) -> dict[str, str]:
    """Describe the folder as a dataset of the workspace."""
    return {
        "title": f"Pictures of {folder.name}",
        "kind": "pictures",
        "form": options.form,
        "labels": "none" if options.flat else "folders",
        "folder": str(folder),
        "digest": picture_sets.digest(pictures),
    }


def _read_labels(
    given: str | None, folder: Path, pictures: picture_sets.Files
) -> dict[str, Label] | None:
    """Read the user's table, its paths as those within the folder, and refuse what is not there."""
    if given is None:
        return None
    listed = listing.read(given, Path(given).expanduser().read_bytes()).need(given)
    paths = [Path(path) for path in listed.paths or ()]
    within = [path.relative_to(folder) if path.is_relative_to(folder) else path for path in paths]
    labels = replace(listed, paths=[path.as_posix() for path in within]).by_path(given)
    if not labels:
        raise InputError(f"{given} has no labels: fill its column label")
    if unknown := [path for path in labels if path not in pictures]:
        raise InputError(
            f"{given} labels {_count(unknown, 'picture')} not in {folder}, such as "
            f"{unknown[0]}: paths there are like {next(iter(pictures))}"
        )
    return labels


def _drop_labels(
    ledger: Ledger, labels: dict[str, Label], paths: Set[str], why: str
) -> Iterator[str]:
    """Leave out labels of pictures that the stage `label` would not find."""
    if paths:
        for path in paths:
            del labels[path]
        ledger.write(f"{PIPELINE}/{LABELS}", _written(labels))
        yield f"{_count(paths, 'label')} left out, of pictures that {why}, such as {min(paths)!r}"


def _written(labels: Mapping[str, Label]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("path", "label"), *labels.items()])
    return text.getvalue().encode()


def _run(place: Path, log: IO[str], *targets: str) -> None:
    """Run the pipeline; show which stage runs, and what stages say to the user.

    Raises
    ------
    InputError
        If it did not run to the end, with the reason.
    """
    done, total = 0, workspace.count_stages(place)
    said: list[str] = []

    def follow(line: str) -> None:
        nonlocal done
        log.write(line)
        said.append(line)
        started = _STARTED.match(line)
        done += bool(started or _SKIPS.match(line))
        if started:
            print(f"[{done}/{total}] {started[1]}", flush=True)
        elif _SENTENCE.match(line):
            print(f"        {line.rstrip()}", flush=True)

    try:
        workspace.dvc(place, "repro", *targets, on_line=follow)
    except subprocess.CalledProcessError:
        reason = workspace.failure("".join(said))
        raise InputError(f"{reason} ({log.name} has all that was said)") from None


def _take_home(place: Path, folder: Path, ledger: Ledger, *, copies: bool) -> Iterator[str]:
    """Write the results of a workspace into the folder of its set, the least replaceable first."""
    target = ledger.folder
    paths = [row["path"] for row in _table(place / "data/raw/paths.csv")]
    found = _members(place, paths)
    left_out = [(row["path"], row["reason"]) for row in _table(place / SKIPPED)]
    ledger.write(TABLE, sorting.table(found, left_out))
    n_clusters = len({member.cluster for member in found})
    yield f"{_count(found, 'picture')} in {n_clusters} clusters: {target / TABLE}"
    if left_out:
        yield f"{_count(left_out, 'file')} could not be used: the table says why"
    ledger.copy("model.npz", place / "models/model.npz")
    yield f"for new pictures: predict.py --model {target / 'model.npz'}"
    for name, source, pattern in _COPIED:
        for path in sorted((place / source).glob(pattern)):
            if path.is_file():
                ledger.copy(f"{name}/{path.relative_to(place / source).as_posix()}", path)
        ledger.prune(name)
    names, failed = sorting.sort_into_folders(found, folder, ledger, copies=copies)
    yield f"folders by cluster: {target / sorting.FOLDERS}"
    if failed:
        such = f"such as {failed[0][0]!r}: {failed[0][1]}"
        yield f"{_count(failed, 'picture')} not in these folders, {such}"
    images = np.load(place / "data/raw/thumbnails.npy", mmap_mode="r")
    # Of very many pictures there are none.
    thumbnails = dict(zip(paths, images, strict=True)) if len(images) else {}
    shown = overview.page(f"Clusters of {folder.name}", found, thumbnails, names)
    ledger.write("overview.html", shown.encode())
    yield f"to look at: {target / 'overview.html'} and {target / 'pictures'}"
    yield f"to explore: {target / 'explorer/index.html'}"
    for name in AUDIT:
        content = (place / "data" / name).read_bytes().replace(b"../../site/", b"explorer/")
        ledger.write(Path(name).name, content)
    suspects, pairs = (_table(place / "data" / name) for name in AUDIT[:2])
    true = [pair for pair in pairs if pair["kind"] != "similar"]
    yield (
        f"{_count(suspects, 'suspect label')}, {_count(true, 'pair')} of copies: "
        f"{target / Path(AUDIT[-1]).name}"
    )
    yield from _about_sizes(found)
    if labelled := [member for member in found if member.label]:
        share = sum(member.label == member.name for member in labelled) / len(labelled)
        number = _count(labelled, "labelled picture")
        yield f"{share:.1%} of {number} in a cluster named after the label"


def _about_sizes(found: Sequence[sorting.Member]) -> Iterator[str]:
    """Say when clusters can hardly be what was wanted, by their sizes and their number."""
    sizes = Counter(member.cluster for member in found)
    if len(sizes) > 1 and max(sizes.values()) >= _MOST * len(found):
        yield (
            f"{max(sizes.values()):,} of {_count(found, 'picture')} are in one cluster: shapes "
            "tell them apart badly; ask for more clusters (K=...), or give embeddings of a network "
            "(docs/data.md)"
        )
    classes = {member.label for member in found if member.label}
    if 1 < len(classes) != len(sizes):
        yield (
            f"labels are of {len(classes)} classes, and there are {len(sizes)} clusters: "
            f"K={len(classes)} asks for one a class"
        )


def _members(place: Path, paths: Sequence[str]) -> list[sorting.Member]:
    """Read where each picture is on the map, and its cluster."""
    rows = [row for _, table in _PARTS for row in _table(place / table)]
    train, _ = positions = [np.load(place / name).astype(np.float64) for name, _ in _PARTS]
    facts = files.load_json(place / "data/examine/clusters.json")
    return sorting.members(
        [paths[int(row["index"])] for row in rows],
        [int(row["clusters_2d"]) for row in rows],
        [row["clusters_2d_label"] for row in rows],
        [row["label"] for row in rows],
        np.concatenate(positions),
        np.array([train[cluster["medoid"]] for cluster in facts["clusters_2d"]]),
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
