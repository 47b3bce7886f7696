"""Cluster the map finely, and find in which order its micro-clusters belong together."""

import numpy as np

from mnist_clustering import files, limits, resources
from mnist_clustering.clustering import kmeans, merging, micro
from mnist_clustering.exact.grid import snap
from stages import common

MAP = "data/tsne/{}d/{}.npy"
NEIGHBORS = "data/distortion/train_{}_indices.npy"
OUTPUT = "data/micro/{}d/{}"
MODEL = "models/micro_{}d.npz"


def main(n_dims: str) -> None:
    """Fit micro-clusters on train, assign test, and order their merges."""
    train, test = (snap(np.load(MAP.format(n_dims, part))) for part in ("train", "test"))
    params = limits.fitting("micro", common.load_params("micro"), len(train))
    edges = params.pop("edges")
    forward, reverse = (
        np.load(NEIGHBORS.format(direction), mmap_mode="r")[:, :edges]
        for direction in ("forward", "reverse")
    )
    fitted = micro.fit(train, forward, reverse, n_jobs=resources.threads(), **params)
    merges = merging.to_array(fitted.merges)
    files.save_arrays(MODEL.format(n_dims), centres=fitted.centres, merges=merges)
    files.save_array(OUTPUT.format(n_dims, "train.npy"), fitted.labels)
    files.save_array(OUTPUT.format(n_dims, "test.npy"), kmeans.assign(test, fitted.centres))


if __name__ == "__main__":
    common.run(main)
