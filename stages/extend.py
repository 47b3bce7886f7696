"""Place the training images that the map is not made of, as new images are placed."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering.evaluation import labelling, scores
from mnist_clustering.model import fitted as model
from stages import common

IMAGES = "data/split/rest_images.npy"
INDICES = "data/split/rest_indices.npy"
LABELS = "data/label/rest.npy"
CLASSES = "data/label/classes.json"
NAMES = "data/evaluate/names_clusters_2d.json"
MODEL = "models/model.npz"
POSITIONS = "data/extend/positions.npy"
TABLE = "data/extend/clusters.csv"
METRICS = "metrics/extend.json"
BLOCK = 10_000


def main() -> None:
    """Write position and cluster of each, and how many are in their label's cluster."""
    images, labels = np.load(IMAGES, mmap_mode="r"), np.load(LABELS)
    classes = files.load_json(CLASSES)["classes"]
    names = files.load_json(NAMES)
    with np.load(MODEL) as arrays:
        fitted = model.from_arrays(arrays)
    positions = np.empty((len(images), 2), dtype=np.float32)
    clusters = np.empty(len(images), dtype=np.int32)
    with progress.bar(total=len(images), description="extend") as bar:
        for start in range(0, len(images), BLOCK):
            part = slice(start, start + BLOCK)
            placed = model.apply(fitted, np.array(images[part]), resources.threads())
            positions[part], clusters[part] = placed.positions, placed.clusters
            bar.update(len(placed.clusters))

    files.save_array(POSITIONS, positions)
    table = {
        "index": np.load(INDICES),
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
