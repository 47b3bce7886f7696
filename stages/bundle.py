"""Put all that places new images into one file."""

import json

import numpy as np

from stages import common
from stages.methods.features import descriptors
from stages.methods.prediction import model, novelty

IMAGES = "data/split/train_images.npy"
FEATURES = "data/features/train.npy"
DISTANCES = "data/distortion/train_forward_distances.npy"
GRADIENTS = "data/distortion/train_gradients.npy"
MAP = "data/tsne/2d/train.npy"
NAMES = "data/evaluate/names_merged_2d.json"
DESCRIPTOR = "models/features.npz"
CLUSTERS = "models/merge_2d.npz"
MODEL = "models/model.npz"
LIBRARIES = ("numpy", "numba", "llvmlite")


def main() -> None:
    """Fit the limits of novelty on train, and gather what the other stages fitted."""
    quantile = common.load_params("bundle")["novelty_quantile"]
    n_neighbors = common.load_params("tsne", "test_neighbors")["test_neighbors"]
    n_candidates = common.load_params("neighbors", "test_k")["test_k"]
    images = np.load(IMAGES, mmap_mode="r")
    with open(NAMES, encoding="utf-8") as file:
        names = json.load(file)["one_to_one"]
    with np.load(DESCRIPTOR) as arrays:
        descriptor = descriptors.from_arrays(arrays)
    with np.load(CLUSTERS) as arrays:
        centres, clusters = arrays["centres"], arrays["clusters"]
    fitted = model.Model(
        descriptor=descriptor,
        features=np.load(FEATURES, mmap_mode="r"),
        gradients=np.load(GRADIENTS, mmap_mode="r"),
        embedding=np.load(MAP),
        centres=centres,
        clusters=clusters,
        names=names,
        n_candidates=n_candidates,
        n_neighbors=n_neighbors,
        limits=novelty.fit(np.load(DISTANCES, mmap_mode="r")[:, 0], images, quantile),
    )
    common.save_arrays(MODEL, **model.to_arrays(fitted))


if __name__ == "__main__":
    common.run(main, LIBRARIES)
