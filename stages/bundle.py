"""Put all that places new images into one file, and place what the map is not made of with it."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.evaluation import labelling, scores
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
# The training images beyond those that the map is made of.
REST = "data/split/rest_{}.npy"
LABELS = "data/label/rest.npy"
CLASSES = "data/label/classes.json"
POSITIONS = "data/bundle/positions.npy"
TABLE = "data/bundle/clusters.csv"
METRICS = "metrics/bundle.json"
BLOCK = 10_000


def main() -> None:
    """Gather what the other stages fitted, write it, and use it."""
    names = files.load_json(NAMES)
    fitted = gather(names["one_to_one"])
    files.save_arrays(MODEL, **model.to_arrays(fitted))
    place_rest(fitted, names)


def gather(names: list[str | int | None]) -> model.Model:
    """Put the model together, and fit its limits of novelty on train."""
    quantiles = common.load_params("bundle")
    n_neighbors = common.load_params("tsne", "test_neighbors")["test_neighbors"]
    distances = np.load(DISTANCES, mmap_mode="r")
    wanted = common.load_params("neighbors", "test_k")
    n_candidates = fitting.fitting("neighbors", wanted, len(distances))["test_k"]
    with np.load(DESCRIPTOR) as arrays:
        descriptor = descriptors.from_arrays(arrays)
    with np.load(CLUSTERS) as arrays:
        centres, clusters = arrays["centres"], arrays["clusters"]
    reaches = distances[:, min(n_neighbors, distances.shape[1]) - 1]
    record = files.load_json(DATASET)
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
        form=record["form"],
        levels=Levels.from_record(record["levels"]) if "levels" in record else None,
        paper=record.get("paper"),
    )
    return model.with_limits(
        fitted,
        np.load(IMAGES, mmap_mode="r"),
        np.load(CANDIDATES, mmap_mode="r"),
        np.load(NEIGHBORS, mmap_mode="r"),
        **quantiles,
    )


def place_rest(fitted: model.Model, names: dict[str, list[str | int | None]]) -> None:
    """Write position and cluster of each, and how many are in their label's cluster."""
    images, labels = np.load(REST.format("images"), mmap_mode="r"), np.load(LABELS)
    classes = files.load_json(CLASSES)["classes"]
    positions = np.empty((len(images), 2), dtype=np.float32)
    clusters = np.empty(len(images), dtype=np.int32)
    with progress.bar(total=len(images), description="bundle") as bar:
        for start in range(0, len(images), BLOCK):
            part = slice(start, start + BLOCK)
            placed = model.apply(fitted, np.array(images[part]), resources.threads())
            positions[part], clusters[part] = placed.positions, placed.clusters
            bar.update(len(placed.clusters))
    files.save_array(POSITIONS, positions)
    table = {
        "index": np.load(REST.format("indices")),
        "label": labelling.texts(labels, classes),
        "clusters_2d": clusters,
        "clusters_2d_label": scores.labels_of(clusters, names["one_to_one"]),
    }
    files.save_table(TABLE, list(table), zip(*table.values(), strict=True))
    majority = labelling.codes_of(names, classes)["majority"]
    found = scores.score(labels, clusters, majority, len(classes))["summary"]
    files.save_json(METRICS, {"images": len(images)} | found)


if __name__ == "__main__":
    common.run(main)
