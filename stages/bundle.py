"""Put all that places new images into one file."""

import json

import numpy as np

from stages import common
from stages.methods.features import descriptors
from stages.methods.prediction import model, novelty

FLAT = "data/flat/train.npy"
FEATURES = "data/features/train.npy"
DISTANCES = "data/neighbors/train_distances.npy"
MAP = "data/tsne/2d/train.npy"
DIGITS = "data/evaluate/digits_tsne_2d.json"
DESCRIPTOR = "models/features.npz"
CLUSTERS = "models/recluster_2d.npz"
MODEL = "models/model.npz"
LIBRARIES = ("numpy",)


def main() -> None:
    """Fit the limits of novelty on train, and gather what the other stages fitted."""
    quantile = common.load_params("bundle")["novelty_quantile"]
    n_neighbors = common.load_params("tsne", "test_neighbors")["test_neighbors"]
    images = np.load(FLAT, mmap_mode="r").reshape(-1, *descriptors.SHAPE)
    with open(DIGITS, encoding="utf-8") as file:
        digits = json.load(file)["one_to_one"]
    with np.load(DESCRIPTOR) as arrays:
        descriptor = descriptors.from_arrays(arrays)
    with np.load(CLUSTERS) as arrays:
        centres = arrays["centres"]
    fitted = model.Model(
        descriptor=descriptor,
        features=np.load(FEATURES, mmap_mode="r"),
        embedding=np.load(MAP),
        centres=centres,
        digits=digits,
        n_neighbors=n_neighbors,
        limits=novelty.fit(np.load(DISTANCES, mmap_mode="r")[:, 0], images, quantile),
    )
    common.save_arrays(MODEL, **model.to_arrays(fitted))


if __name__ == "__main__":
    common.run(main, LIBRARIES)
