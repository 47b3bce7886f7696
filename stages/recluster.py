"""Cluster again, on the map: by KMeans, and by micro-clusters that are merged."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import files, resources
from mnist_clustering import limits as fitting
from mnist_clustering.clustering import kmeans, merging
from mnist_clustering.exact.grid import snap
from stages import common

MAP = "data/tsne/{}d/{}.npy"
PREFERRED_K = "data/elbow/map/k.json"
CLUSTERS = "data/recluster/{}d/{}.npy"
MODEL = "models/recluster_{}d.npz"
MICRO = "data/micro/{}d/{}.npy"
MICRO_MODEL = "models/micro_{}d.npz"
MICRO_PREFERRED_K = "data/micro/{}d/k.json"
MERGED = "data/merge/{}d/{}.npy"
MERGED_MODEL = "models/merge_{}d.npz"
MERGED_METRICS = "metrics/merge_{}d.json"
PARTS = ("train", "test")
LIBRARIES = ("numpy",)


def main(n_dims: str) -> None:
    """Divide the map into as many clusters as are wanted, in both ways."""
    train, test = (snap(np.load(MAP.format(n_dims, part))) for part in PARTS)
    params = fitting.fitting("recluster", common.load_params("recluster"), len(train))
    by_kmeans(n_dims, params, train, test)
    by_merging(n_dims, params["k"])


def by_kmeans(
    n_dims: str, params: dict[str, Any], train: NDArray[np.integer], test: NDArray[np.integer]
) -> None:
    """Fit KMeans on the places of train, assign train and test."""
    preferred = _read(PREFERRED_K)["k"]
    fitted = kmeans.fit(
        train,
        preferred if params["k"] == "auto" else params["k"],
        n_init=params["n_init"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=resources.threads(),
    )
    files.save_arrays(MODEL.format(n_dims), centres=fitted.centres)
    files.save_array(CLUSTERS.format(n_dims, "train"), fitted.labels)
    files.save_array(CLUSTERS.format(n_dims, "test"), kmeans.assign(test, fitted.centres))


def by_merging(n_dims: str, wanted: Any) -> None:
    """Follow the merges, and replace the micro-cluster of each image by the cluster it is in."""
    preferred = _read(MICRO_PREFERRED_K.format(n_dims))
    k = preferred["silhouette"] if wanted == "auto" else wanted
    with np.load(MICRO_MODEL.format(n_dims)) as fitted:
        centres, merges = fitted["centres"], fitted["merges"]
    clusters = merging.partition(merging.from_array(merges), k)

    files.save_arrays(
        MERGED_MODEL.format(n_dims), centres=centres, clusters=clusters, merges=merges
    )
    for part in PARTS:
        micro = np.load(MICRO.format(n_dims, part))
        files.save_array(MERGED.format(n_dims, part), clusters[micro])
    files.save_json(MERGED_METRICS.format(n_dims), preferred | {"k": k})


def _read(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


if __name__ == "__main__":
    common.run(main, LIBRARIES)
