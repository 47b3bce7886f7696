"""Name the clusters after the labels that there are, and score every partition against these."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files
from mnist_clustering.evaluation import labelling, scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from stages import common

LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
INDICES = "data/split/{}_indices.npy"
# Where each partition is: the folder of its clusters, and its model.
PARTITIONS = {
    "pixels": ("data/kmeans", "models/kmeans.npz"),
    "tsne_2d": ("data/recluster/2d", "models/recluster_2d.npz"),
    "tsne_3d": ("data/recluster/3d", "models/recluster_3d.npz"),
    "merged_2d": ("data/merge/2d", "models/merge_2d.npz"),
    "merged_3d": ("data/merge/3d", "models/merge_3d.npz"),
}
# The partition that predict.py, the pictures and the summary are about.
HEADLINE = "merged_2d"
TEST_MAP = "data/tsne/2d/test.npy"
SUMMARY = "metrics/scores.json"
METRICS = "metrics/evaluate.json"
DETAILS = "data/evaluate/details.json"
NAMES = "data/evaluate/names_{}.json"
TABLES = "data/evaluate/clusters_{}.csv"
CONFUSION = "plots/confusion/{}.csv"
LIBRARIES = ("numpy", "scipy")
PARTS = ("train", "test")


def main() -> None:
    """Write the scores, the name of every cluster and the cluster of every image."""
    labels = {part: np.load(LABELS.format(part)) for part in PARTS}
    classes = json.loads(Path(CLASSES).read_text(encoding="utf-8"))["classes"]
    n_classes = len(classes)
    clusters = {name: _load_parts(folder) for name, (folder, _) in PARTITIONS.items()}
    models = {name: _load_model(path) for name, (_, path) in PARTITIONS.items()}
    names = {
        name: scores.name_clusters(
            labels["train"], parts["train"], int(models[name]["clusters"].max()) + 1, n_classes
        )
        for name, parts in clusters.items()
    }
    scored = {
        name: {
            part: scores.score(labels[part], parts[part], names[name]["majority"], n_classes)
            for part in PARTS
        }
        for name, parts in clusters.items()
    }
    positions, matched = snap(np.load(TEST_MAP)), names[HEADLINE]["one_to_one"]
    misplaced = scores.misplacement(
        positions, **models[HEADLINE], labels=labels["test"], label_of_cluster=matched
    )

    summary = scored[HEADLINE]["test"]["summary"]
    shown = {score: summary[score] for score in ("accuracy", "nmi") if score in summary}
    files.save_json(SUMMARY, shown | {"k": len(matched)})
    for path, kind in ((METRICS, "summary"), (DETAILS, "details")):
        chosen = {name: {part: own[part][kind] for part in PARTS} for name, own in scored.items()}
        files.save_json(path, chosen)
    named = {name: labelling.values_of(own, classes) for name, own in names.items()}
    for name in named:
        files.save_json(NAMES.format(name), named[name])
    for part in PARTS:
        table: dict[str, Any] = {"index": np.load(INDICES.format(part))}
        table["label"] = labelling.texts(labels[part], classes)
        for name, parts in clusters.items():
            table[f"{name}_cluster"] = parts[part]
            table[f"{name}_label"] = scores.labels_of(parts[part], named[name]["one_to_one"])
        if part == "test":
            table["misplaced"] = [to_decimals(value, 3) for value in misplaced.tolist()]
            _save_confusion(table)
        files.save_table(TABLES.format(part), list(table), zip(*table.values(), strict=True))


def _save_confusion(table: Mapping[str, Any]) -> None:
    """Write actual and predicted label of every test image, as DVC's template wants them."""
    for name in PARTITIONS:
        pairs = zip(table["label"], table[f"{name}_label"], strict=True)
        rows = [(actual, given or "none") for actual, given in pairs if actual]
        files.save_table(CONFUSION.format(name), ("actual", "predicted"), rows)


def _load_model(path: str) -> dict[str, np.ndarray]:
    """Read the centres and which cluster each belongs to: each to its own, unless merged."""
    with np.load(path) as arrays:
        own = np.arange(len(arrays["centres"]))
        return {"centres": arrays["centres"], "clusters": arrays.get("clusters", own)}


def _load_parts(folder: str) -> dict[str, np.ndarray]:
    return {part: np.load(f"{folder}/{part}.npy") for part in PARTS}


if __name__ == "__main__":
    common.run(main, LIBRARIES)
