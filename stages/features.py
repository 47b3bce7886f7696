"""Compute the features of each image: gradients, concavities and (optionally) pixels."""

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering import limits as fitting
from mnist_clustering.features import descriptors
from stages import common

DATASET = "data/split/dataset.json"
IMAGES = "data/split/{}_images.npy"
FEATURES = "data/features"
MODEL = "models/features.npz"


def main() -> None:
    """Fit the principal components of each block on train; transform train and test."""
    own = files.load_json(DATASET)["form"]
    images = {part: np.load(IMAGES.format(part), mmap_mode="r") for part in ("train", "test")}
    blocks = [
        f"{block}_{what}" for block in descriptors.BLOCKS for what in ("components", "weight")
    ]
    given = common.load_params("features", "deskew", "whiten", *blocks)
    params = fitting.fitting("features", given, len(images["train"]))
    n_jobs = resources.threads()
    descriptor, features = descriptors.describe(images["train"], own, n_jobs=n_jobs, **params)
    files.save_array(f"{FEATURES}/train.npy", features)
    tested = descriptors.transform(images["test"], descriptor, n_jobs)
    files.save_array(f"{FEATURES}/test.npy", tested)
    files.save_arrays(MODEL, **descriptors.to_arrays(descriptor))


if __name__ == "__main__":
    common.run(main)
