"""Write details behind the scores: confusions, contents of the clusters, uncertainty."""

import json
from pathlib import Path

import numpy as np

from stages import common
from stages.methods.evaluation import bootstrap, examination
from stages.methods.exact.grid import snap
from stages.methods.exact.rounding import to_decimals

LABELS = "data/split/{}_labels.npy"
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
    digits = {part: np.load(LABELS.format(part)) for part in PARTS}
    names = {
        name: json.loads(Path(NAMES.format(name)).read_text(encoding="utf-8")) for name in CLUSTERS
    }
    clusters = {
        part: {name: np.load(path.format(part)) for name, path in CLUSTERS.items()}
        for part in PARTS
    }

    confused = {
        name: examination.confused(digits["test"], labels, names[name]["one_to_one"])
        for name, labels in clusters["test"].items()
    }
    portraits = {
        name: examination.portraits(
            snap(np.load(POINTS[name], mmap_mode="r")),
            labels,
            digits["train"],
            names[name]["one_to_one"],
        )
        for name, labels in clusters["train"].items()
    }
    agreement = {part: examination.agreement(clusters[part]) for part in PARTS}
    majority = {name: named["majority"] for name, named in names.items()}
    intervals = bootstrap.intervals(digits["test"], clusters["test"], majority, **params)

    common.save_json(CONFUSED, confused)
    common.save_json(PORTRAITS, portraits)
    common.save_json(AGREEMENT, agreement)
    common.save_json(INTERVALS, intervals)
    accuracies = {name: {"accuracy": scores["accuracy"]} for name, scores in intervals.items()}
    agreed = {pair: scores["ari"] for pair, scores in agreement["test"].items()}
    ceiling = {
        name: to_decimals(
            examination.vote(np.load(path)[:, :VOTERS], digits["train"], digits["test"])
        )
        for name, path in NEIGHBORS.items()
    }
    common.save_json(METRICS, accuracies | {"agreement": agreed, "ceiling": ceiling})


if __name__ == "__main__":
    common.run(main, LIBRARIES)
