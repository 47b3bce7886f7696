"""Find the nearest training images of each image, once for all maps."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.neighbors.approximate import approximate_nearest
from mnist_clustering.neighbors.nearest import nearest
from stages import common

FEATURES = "data/features"
NEIGHBORS = "data/neighbors"


def main() -> None:
    """Search the training images for the neighbours of train and of test."""
    train = np.load(f"{FEATURES}/train.npy")
    params = fitting.fitting("neighbors", common.load_params("neighbors"), len(train))
    test = np.load(f"{FEATURES}/test.npy")
    search = nearest if len(train) <= params["exact_up_to"] else approximate_nearest
    searches = {
        "train": lambda: search(train, k=params["k"], n_jobs=resources.threads()),
        "test": lambda: search(train, test, k=params["test_k"], n_jobs=resources.threads()),
    }
    for part in progress.bar(searches, description="neighbors"):
        indices, distances = searches[part]()
        files.save_array(f"{NEIGHBORS}/{part}_indices.npy", indices)
        files.save_array(f"{NEIGHBORS}/{part}_distances.npy", distances.astype(np.int32))


if __name__ == "__main__":
    common.run(main)
