"""Write details behind the scores: confusions, contents of the clusters, uncertainty."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files
from mnist_clustering.evaluation import bootstrap, examination, labelling
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from stages import common

LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
CLUSTERS = {
    "pixels": "data/kmeans/{}.npy",
    "tsne_2d": "data/recluster/2d/{}.npy",
    "tsne_3d": "data/recluster/3d/{}.npy",
    "merged_2d": "data/merge/2d/{}.npy",
    "merged_3d": "data/merge/3d/{}.npy",
}
# The points that were clustered.
POINTS = {
    "pixels": "data/flat/train.npy",
    "tsne_2d": "data/tsne/2d/train.npy",
    "tsne_3d": "data/tsne/3d/train.npy",
    "merged_2d": "data/tsne/2d/train.npy",
    "merged_3d": "data/tsne/3d/train.npy",
}
NAMES = "data/evaluate/names_{}.json"
NEIGHBORS = {
    "features": "data/neighbors/test_indices.npy",
    "distortion": "data/distortion/test_indices.npy",
}
VOTERS = 5
CONFUSED = "data/examine/confused.json"
PORTRAITS = "data/examine/clusters.json"
AGREEMENT = "data/examine/agreement.json"
INTERVALS = "data/examine/intervals.json"
METRICS = "metrics/examine.json"
LIBRARIES = ("numpy", "scipy")
PARTS = ("train", "test")


def main() -> None:
    """Write confusions, portraits of clusters, agreement of partitions and confidence intervals."""
    params = common.load_params("examine")
    labels = {part: np.load(LABELS.format(part)) for part in PARTS}
    classes = _read(CLASSES)["classes"]
    names = {name: labelling.codes_of(_read(NAMES.format(name)), classes) for name in CLUSTERS}
    clusters = {
        part: {name: np.load(path.format(part)) for name, path in CLUSTERS.items()}
        for part in PARTS
    }

    confused = {
        name: examination.confused(labels["test"], own, names[name]["one_to_one"], classes)
        for name, own in clusters["test"].items()
    }
    portraits = {
        name: examination.portraits(
            snap(np.load(POINTS[name], mmap_mode="r")),
            own,
            labels["train"],
            names[name]["one_to_one"],
            classes,
        )
        for name, own in clusters["train"].items()
    }
    agreement = {part: examination.agreement(clusters[part]) for part in PARTS}
    known = labels["test"] >= 0
    intervals = bootstrap.intervals(
        labels["test"][known],
        {name: own[known] for name, own in clusters["test"].items()},
        {name: named["majority"] for name, named in names.items()},
        n_classes=len(classes),
        **params,
    )

    files.save_json(CONFUSED, confused)
    files.save_json(PORTRAITS, portraits)
    files.save_json(AGREEMENT, agreement)
    files.save_json(INTERVALS, intervals)
    accuracies = {name: {"accuracy": scores["accuracy"]} for name, scores in intervals.items()}
    agreed = {pair: scores["ari"] for pair, scores in agreement["test"].items()}
    votes = {
        name: examination.vote(np.load(path)[:, :VOTERS], labels["train"], labels["test"])
        for name, path in NEIGHBORS.items()
    }
    ceiling = {name: to_decimals(vote) for name, vote in votes.items() if vote is not None}
    files.save_json(
        METRICS, accuracies | {"agreement": agreed} | ({"ceiling": ceiling} if ceiling else {})
    )


def _read(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main, LIBRARIES)
