"""Put all that places new images into one file."""

import numpy as np

from mnist_clustering import files
from mnist_clustering import limits as fitting
from mnist_clustering.exact.levels import Levels
from mnist_clustering.features import descriptors
from mnist_clustering.model import fitted as model
from stages import common

DATASET = "data/split/dataset.json"
IMAGES = "data/split/train_images.npy"
FEATURES = "data/features/train.npy"
DISTANCES = "data/neighbors/train_distances.npy"
CANDIDATES = "data/neighbors/train_indices.npy"
NEIGHBORS = "data/distortion/train_forward_indices.npy"
GRADIENTS = "data/distortion/train_gradients.npy"
MAP = "data/tsne/2d/train.npy"
NAMES = "data/evaluate/names_clusters_2d.json"
DESCRIPTOR = "models/features.npz"
CLUSTERS = "models/recluster/clusters_2d.npz"
MODEL = "models/model.npz"


def main() -> None:
    """Fit the limits of novelty on train, and gather what the other stages fitted."""
    quantiles = common.load_params("bundle")
    n_neighbors = common.load_params("tsne", "test_neighbors")["test_neighbors"]
    distances = np.load(DISTANCES, mmap_mode="r")
    wanted = common.load_params("neighbors", "test_k")
    n_candidates = fitting.fitting("neighbors", wanted, len(distances))["test_k"]
    names = files.load_json(NAMES)["one_to_one"]
    with np.load(DESCRIPTOR) as arrays:
        descriptor = descriptors.from_arrays(arrays)
    with np.load(CLUSTERS) as arrays:
        centres, clusters = arrays["centres"], arrays["clusters"]
    reaches = distances[:, min(n_neighbors, distances.shape[1]) - 1]
    fitted = model.Model(
        descriptor=descriptor,
        features=np.load(FEATURES, mmap_mode="r"),
        gradients=np.load(GRADIENTS, mmap_mode="r"),
        embedding=np.load(MAP),
        centres=centres,
        clusters=clusters,
        names=names,
        reaches=reaches,
        n_candidates=n_candidates,
        n_neighbors=n_neighbors,
        dataset=common.load_params("download", "dataset")["dataset"],
        form=(record := files.load_json(DATASET))["form"],
        levels=Levels.from_record(record["levels"]) if "levels" in record else None,
        paper=record.get("paper"),
    )
    fitted = model.with_limits(
        fitted,
        np.load(IMAGES, mmap_mode="r"),
        np.load(CANDIDATES, mmap_mode="r"),
        np.load(NEIGHBORS, mmap_mode="r"),
        **quantiles,
    )
    files.save_arrays(MODEL, **model.to_arrays(fitted))


if __name__ == "__main__":
    common.run(main)
