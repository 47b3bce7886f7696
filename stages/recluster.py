"""Cluster again, on both maps: by KMeans, and by micro-clusters that are merged."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files, limits, resources
from mnist_clustering.clustering import kmeans, merging
from mnist_clustering.exact.grid import snap
from stages import common
from stages.partitions import PARTITIONS, PARTS, Partition

MAP = "data/tsne/{}/{}.npy"
PREFERRED_K = "data/elbow/map/k.json"
MICRO = "data/micro/{}/{}.npy"
MICRO_MODEL = "models/micro_{}.npz"
MICRO_PREFERRED_K = "data/micro/{}/k.json"
METRICS = "metrics/recluster.json"


def main() -> None:
    """Divide each map into as many clusters as are wanted, in both ways."""
    params = common.load_params("recluster")
    preferred = {}
    for dims in ("2d", "3d"):
        by_kmeans(PARTITIONS[f"kmeans_{dims}"], dims, params)
        preferred[dims] = by_merging(PARTITIONS[f"clusters_{dims}"], dims, params["k"])
    files.save_json(METRICS, preferred)


def by_kmeans(partition: Partition, dims: str, params: dict[str, Any]) -> None:
    """Fit KMeans on the places of train, assign train and test."""
    train, test = (snap(np.load(MAP.format(dims, part))) for part in PARTS)
    params = limits.fitting("recluster", params, len(train))
    preferred = _json(PREFERRED_K)["k"]
    fitted = kmeans.fit(
        train,
        preferred if params["k"] == "auto" else params["k"],
        n_init=params["n_init"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=resources.threads(),
    )
    files.save_arrays(partition.model, centres=fitted.centres)
    files.save_array(f"{partition.folder}/train.npy", fitted.labels)
    files.save_array(f"{partition.folder}/test.npy", kmeans.assign(test, fitted.centres))


def by_merging(partition: Partition, dims: str, wanted: Any) -> dict[str, int]:
    """Follow the merges, and replace the micro-cluster of each image by the cluster it is in."""
    micro = {part: np.load(MICRO.format(dims, part)) for part in PARTS}
    preferred = _json(MICRO_PREFERRED_K.format(dims))
    k = preferred["silhouette"] if wanted == "auto" else wanted
    k = limits.fitting("recluster", {"k": k}, len(micro["train"]))["k"]
    with np.load(MICRO_MODEL.format(dims)) as fitted:
        centres, merges = fitted["centres"], fitted["merges"]
    clusters = merging.partition(merging.from_array(merges), k)
    files.save_arrays(partition.model, centres=centres, clusters=clusters, merges=merges)
    for part, own in micro.items():
        files.save_array(f"{partition.folder}/{part}.npy", clusters[own])
    return preferred | {"k": k}


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main)
