"""Find the nearest training images of each image, once for all maps."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.neighbors.nearest import Index
from stages import common

FEATURES = "data/features"
NEIGHBORS = "data/neighbors"


def main() -> None:
    """Search the training images for the neighbours of train and of test."""
    index = Index(np.load(f"{FEATURES}/train.npy"))
    params = fitting.fitting("neighbors", common.load_params("neighbors"), index.n)
    asked = {"train": params["k"], "test": params["test_k"]}
    for part in progress.bar(asked, description="neighbors"):
        queries = None if part == "train" else np.load(f"{FEATURES}/{part}.npy")
        indices, distances = index.nearest(queries, asked[part], resources.threads())
        files.save_array(f"{NEIGHBORS}/{part}_indices.npy", indices)
        files.save_array(f"{NEIGHBORS}/{part}_distances.npy", distances.astype(np.int32))


if __name__ == "__main__":
    common.run(main)
