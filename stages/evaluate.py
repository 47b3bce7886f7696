"""Score every partition against the digits that the images show."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stages import common
from stages.methods.evaluation import scores
from stages.methods.exact.grid import snap
from stages.methods.exact.rounding import to_decimals

SPLIT = "data/split"
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
    labels = {part: np.load(f"{SPLIT}/{part}_labels.npy") for part in PARTS}
    clusters = {name: _load_parts(folder) for name, (folder, _) in PARTITIONS.items()}
    models = {name: _load_model(path) for name, (_, path) in PARTITIONS.items()}
    names = {
        name: scores.name_clusters(
            labels["train"], parts["train"], int(models[name]["clusters"].max()) + 1
        )
        for name, parts in clusters.items()
    }
    scored = {
        name: {
            part: scores.score(labels[part], parts[part], names[name]["majority"]) for part in PARTS
        }
        for name, parts in clusters.items()
    }
    misplaced = scores.misplacement(
        snap(np.load(TEST_MAP)),
        models[HEADLINE]["centres"],
        models[HEADLINE]["clusters"],
        labels["test"],
        names[HEADLINE]["one_to_one"],
    )

    summary = scored[HEADLINE]["test"]["summary"]
    k = len(names[HEADLINE]["majority"])
    common.save_json(SUMMARY, {score: summary[score] for score in ("accuracy", "nmi")} | {"k": k})
    for path, kind in ((METRICS, "summary"), (DETAILS, "details")):
        chosen = {
            name: {part: parts[part][kind] for part in PARTS} for name, parts in scored.items()
        }
        common.save_json(path, chosen)
    for name, named in names.items():
        common.save_json(NAMES.format(name), named)
    for part in PARTS:
        table: dict[str, Any] = {
            "index": np.load(f"{SPLIT}/{part}_indices.npy"),
            "label": labels[part],
        }
        for name, parts in clusters.items():
            table[f"{name}_cluster"] = parts[part]
            table[f"{name}_label"] = scores.labels_of(parts[part], names[name]["one_to_one"])
        if part == "test":
            table["misplaced"] = [to_decimals(value, 3) for value in misplaced.tolist()]
            _save_confusion(table)
        common.save_table(TABLES.format(part), list(table), zip(*table.values(), strict=True))


def _save_confusion(table: Mapping[str, Any]) -> None:
    """Write actual and predicted label of every test image, as DVC's template wants them."""
    for name in PARTITIONS:
        predicted = [given or "none" for given in table[f"{name}_label"]]
        rows = zip(table["label"], predicted, strict=True)
        common.save_table(CONFUSION.format(name), ("actual", "predicted"), rows)


def _load_model(path: str) -> dict[str, np.ndarray]:
    """Read the centres and which cluster each belongs to: each to its own, unless merged."""
    with np.load(path) as arrays:
        centres = arrays["centres"]
        own = np.arange(len(centres))
        return {"centres": centres, "clusters": arrays.get("clusters", own)}


def _load_parts(folder: str) -> dict[str, np.ndarray]:
    return {part: np.load(f"{folder}/{part}.npy") for part in PARTS}


if __name__ == "__main__":
    common.run(main, LIBRARIES)
