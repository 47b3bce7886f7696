"""Cluster the raw pixels by KMeans: the baseline of the original study."""

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering import limits as fitting
from mnist_clustering.clustering import kmeans
from stages import common

FLAT = "data/flat"
CLUSTERS = "data/kmeans"
MODEL = "models/kmeans.npz"
METRICS = "metrics/kmeans.json"


def main() -> None:
    """Fit on train, assign train and test, and save the centres (which are images)."""
    pixels = {part: np.load(f"{FLAT}/{part}.npy", mmap_mode="r") for part in ("train", "test")}
    params = fitting.fitting("kmeans", common.load_params("kmeans"), len(pixels["train"]))
    fitted = kmeans.fit(
        pixels["train"],
        params["k"],
        n_init=params["n_init"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=resources.threads(),
    )

    files.save_arrays(MODEL, centres=fitted.centres)
    files.save_array(f"{CLUSTERS}/train.npy", fitted.labels)
    files.save_array(f"{CLUSTERS}/test.npy", kmeans.assign(pixels["test"], fitted.centres))
    files.save_json(
        METRICS, {"k": params["k"], "inertia": fitted.inertia, "iterations": fitted.n_iter}
    )


if __name__ == "__main__":
    common.run(main)
