"""Cluster the raw pixels by KMeans: the baseline of the original study."""

import numpy as np

from stages import common
from stages.methods.clustering import kmeans
from stages.methods.data import fitting

FLAT = "data/flat"
CLUSTERS = "data/kmeans"
MODEL = "models/kmeans.npz"
METRICS = "metrics/kmeans.json"
LIBRARIES = ("numpy",)


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
        n_jobs=common.threads(),
    )

    common.save_arrays(MODEL, centres=fitted.centres)
    common.save_array(f"{CLUSTERS}/train.npy", fitted.labels)
    common.save_array(f"{CLUSTERS}/test.npy", kmeans.assign(pixels["test"], fitted.centres))
    common.save_json(
        METRICS, {"k": params["k"], "inertia": fitted.inertia, "iterations": fitted.n_iter}
    )


if __name__ == "__main__":
    common.run(main, LIBRARIES)
