"""What the cards of data and model say that follows from the run and the dataset's description."""

import csv
import tomllib
from collections import Counter
from pathlib import Path

from dev import graph
from dev.tables.markdown import read, table
from dev.tables.results import EVALUATE

INTERVALS = "metrics/intervals.json"
MODEL = "models/model.npz"
DRAWN = "plots/confusion.csv"
OURS = "clusters_2d"
# Before the bytes of an array in a file of numpy's, and of a place on the map.
_HEADER, _PLACE = 128, 8


def data(root: Path) -> str:
    """Lay out name, rights, sizes and digests of the dataset in use."""
    params, lock = graph.load_yaml(graph.PARAMS, root), graph.locked(root)
    source = graph.load_yaml(f"datasets/{params['download']['dataset']}.yaml", root)
    with (root / DRAWN).open(encoding="utf-8", newline="") as file:
        digits: Counter[str] = Counter()
        for row in csv.DictReader(file):
            if row["partition"] == OURS:
                digits[row["actual"]] += int(row["images"])
    rows = [
        ("name", source["title"]),
        ("licence", source["licence"]),
        ("cite", source["citation"]),
        *((f"images of {part}", f"{_images(lock, part):,}") for part in ("train", "test")),
        ("of test, by digit", ", ".join(f"{name}: {n:,}" for name, n in sorted(digits.items()))),
        *((f"SHA-256 of `{name}`", f"`{digest}`") for name, digest in source["files"].items()),
    ]
    return table(" | ", rows)


def model(root: Path) -> str:
    """Lay out version, size, digest, training data and scores of the fitted model."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = graph.locked(root)
    scores, interval = read(root / EVALUATE)[OURS]["test"], read(root / INTERVALS)[OURS]["accuracy"]
    low, high = (f"{100 * interval[end]:.2f}" for end in ("low", "high"))
    rows = [
        ("version", project["version"]),
        ("licence", project["license"]),
        ("file", f"`{MODEL}`, {int(lock[MODEL]['size']) / 1e6:.1f} MB"),
        ("MD5, as in `dvc.lock`", f"`{lock[MODEL]['md5']}`"),
        ("fitted on", f"{_images(lock, 'train'):,} images, without labels"),
        ("scored on", f"{_images(lock, 'test'):,} held-out images"),
        ("accuracy, one to one", f"{100 * scores['accuracy']:.2f} % (95 %: {low} to {high})"),
        ("NMI, ARI", f"{scores['nmi']:.3f}, {scores['ari']:.3f}"),
    ]
    return table(" | ", rows)


def _images(lock: dict[str, dict[str, str]], part: str) -> int:
    return (int(lock[f"data/tsne/2d/{part}.npy"]["size"]) - _HEADER) // _PLACE
