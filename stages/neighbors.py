"""Find the nearest training images of each image, once for all maps."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.neighbors.nearest import nearest
from stages import common

FEATURES = "data/features"
NEIGHBORS = "data/neighbors"


def main() -> None:
    """Search the training images for the neighbours of train and of test."""
    train, test = (np.load(f"{FEATURES}/{part}.npy") for part in ("train", "test"))
    params = fitting.fitting("neighbors", common.load_params("neighbors"), len(train))
    asked = {"train": (None, params["k"]), "test": (test, params["test_k"])}
    for part in progress.bar(asked, description="neighbors"):
        queries, k = asked[part]
        indices, distances = nearest(train, queries, k=k, n_jobs=resources.threads())
        files.save_array(f"{NEIGHBORS}/{part}_indices.npy", indices)
        files.save_array(f"{NEIGHBORS}/{part}_distances.npy", distances.astype(np.int32))


if __name__ == "__main__":
    common.run(main)
