"""Score every partition against the digits that the images show."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stages import common
from stages.methods.evaluation import scores
from stages.methods.exact.grid import snap
from stages.methods.exact.rounding import to_decimals

SPLIT = "data/split"
CLUSTERS = {
    "pixels": "data/kmeans",
    "tsne_2d": "data/recluster/2d",
    "tsne_3d": "data/recluster/3d",
}
MODELS = {
    "pixels": "models/kmeans.npz",
    "tsne_2d": "models/recluster_2d.npz",
    "tsne_3d": "models/recluster_3d.npz",
}
TEST_MAP = "data/tsne/2d/test.npy"
METRICS = "metrics/evaluate.json"
DETAILS = "data/evaluate/details.json"
DIGITS = "data/evaluate/digits_{}.json"
TABLES = "data/evaluate/clusters_{}.csv"
CONFUSION = "plots/confusion/{}.csv"
LIBRARIES = ("numpy", "scipy")
PARTS = ("train", "test")


def main() -> None:
    """Write scores, the digit of every cluster and the cluster of every image."""
    digits = {part: np.load(f"{SPLIT}/{part}_labels.npy") for part in PARTS}
    clusters = {name: _load_parts(folder) for name, folder in CLUSTERS.items()}
    centres = {name: np.load(model)["centres"] for name, model in MODELS.items()}
    names = {
        name: scores.name_clusters(digits["train"], parts["train"], len(centres[name]))
        for name, parts in clusters.items()
    }
    scored = {
        name: {
            part: scores.score(digits[part], parts[part], names[name]["majority"]) for part in PARTS
        }
        for name, parts in clusters.items()
    }
    misplaced = scores.misplacement(
        snap(np.load(TEST_MAP)),
        centres["tsne_2d"],
        clusters["tsne_2d"]["test"],
        digits["test"],
        names["tsne_2d"]["one_to_one"],
    )

    for path, kind in ((METRICS, "summary"), (DETAILS, "details")):
        chosen = {
            name: {part: parts[part][kind] for part in PARTS} for name, parts in scored.items()
        }
        common.save_json(path, chosen)
    for name, named in names.items():
        common.save_json(DIGITS.format(name), named)
    for part in PARTS:
        table: dict[str, Any] = {
            "index": np.load(f"{SPLIT}/{part}_indices.npy"),
            "digit": digits[part],
        }
        for name, parts in clusters.items():
            table[f"{name}_cluster"] = parts[part]
            table[f"{name}_digit"] = scores.digits_of(parts[part], names[name]["one_to_one"])
        if part == "test":
            table["misplaced"] = [to_decimals(value, 3) for value in misplaced.tolist()]
            _save_confusion(table)
        common.save_table(TABLES.format(part), list(table), zip(*table.values(), strict=True))


def _save_confusion(table: Mapping[str, Any]) -> None:
    """Write actual and predicted digit of every test image, as DVC's template wants them."""
    for name in CLUSTERS:
        predicted = [given or "none" for given in table[f"{name}_digit"]]
        rows = zip(table["digit"], predicted, strict=True)
        common.save_table(CONFUSION.format(name), ("actual", "predicted"), rows)


def _load_parts(folder: str) -> dict[str, np.ndarray]:
    return {part: np.load(f"{folder}/{part}.npy") for part in PARTS}


if __name__ == "__main__":
    common.run(main, LIBRARIES)
