"""Cluster again, on the map."""

import json

import numpy as np

from stages import common
from stages.methods.clustering import kmeans
from stages.methods.data import fitting
from stages.methods.exact.grid import snap

MAP = "data/tsne/{}d"
PREFERRED_K = "data/elbow/map/k.json"
CLUSTERS = "data/recluster/{}d"
MODEL = "models/recluster_{}d.npz"
LIBRARIES = ("numpy",)


def main(n_dims: str) -> None:
    """Fit KMeans on the places of train, assign train and test."""
    positions = {
        part: snap(np.load(f"{MAP.format(n_dims)}/{part}.npy")) for part in ("train", "test")
    }
    params = fitting.fitting("recluster", common.load_params("recluster"), len(positions["train"]))
    with open(PREFERRED_K, encoding="utf-8") as file:
        preferred = json.load(file)["k"]
    n_clusters = preferred if params["k"] == "auto" else params["k"]
    fitted = kmeans.fit(
        positions["train"],
        n_clusters,
        n_init=params["n_init"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=common.threads(),
    )

    common.save_arrays(MODEL.format(n_dims), centres=fitted.centres)
    clusters = CLUSTERS.format(n_dims)
    common.save_array(f"{clusters}/train.npy", fitted.labels)
    common.save_array(f"{clusters}/test.npy", kmeans.assign(positions["test"], fitted.centres))


if __name__ == "__main__":
    common.run(main, LIBRARIES)
