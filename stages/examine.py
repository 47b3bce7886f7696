"""Look behind the scores: what is confused with what, and what each cluster holds."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files
from mnist_clustering.evaluation import examination, labelling
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from stages import common
from stages.partitions import PARTITIONS

LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
NAMES = "data/evaluate/names_{}.json"
NEIGHBORS = {
    "features": "data/neighbors/test_indices.npy",
    "distortion": "data/distortion/test_indices.npy",
}
VOTERS = 5
CONFUSED = "data/examine/confused.json"
PORTRAITS = "data/examine/clusters.json"
METRICS = "metrics/examine.json"


def main() -> None:
    """Write confusions, portraits of clusters, and how well labels of neighbours would do."""
    train, test = (np.load(LABELS.format(part)) for part in ("train", "test"))
    classes = _json(CLASSES)["classes"]
    confused, portraits = {}, {}
    for name, partition in PARTITIONS.items():
        clusters = partition.load()
        matched = labelling.codes_of(_json(NAMES.format(name)), classes)["one_to_one"]
        confused[name] = examination.confused(test, clusters["test"], matched, classes)
        points = snap(np.load(partition.points, mmap_mode="r"))
        portraits[name] = examination.portraits(points, clusters["train"], train, matched, classes)
    files.save_json(CONFUSED, confused)
    files.save_json(PORTRAITS, portraits)
    votes = {
        name: examination.vote(np.load(path)[:, :VOTERS], train, test)
        for name, path in NEIGHBORS.items()
    }
    ceiling = {name: to_decimals(vote) for name, vote in votes.items() if vote is not None}
    files.save_json(METRICS, {"ceiling": ceiling} if ceiling else {})


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main)
