"""Join the labels that the dataset has with those of labels.csv, which may be given later."""

from pathlib import Path

import numpy as np

from mnist_clustering import files
from mnist_clustering.evaluation import labelling
from mnist_clustering.images import listing
from stages import common

DATASET = "data/split/dataset.json"
INDICES = "data/split/{}_indices.npy"
LABELS = "data/split_labels/{}.npy"
PATHS = "data/raw/paths.csv"
LATER = Path("labels.csv")
OUTPUT = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
PARTS = ("train", "test", "rest")


def main() -> None:
    """Look each row of the table up by path, or by index where images have none."""
    classes = files.load_json(DATASET)["classes"]
    codes = [np.load(LABELS.format(part)) for part in PARTS]
    indices = np.concatenate([np.load(INDICES.format(part)) for part in PARTS]).tolist()
    paths = listing.read(PATHS, Path(PATHS).read_bytes()).paths or []
    keys = [paths[index] if paths else str(index) for index in indices]
    given = LATER.read_bytes() or b"path,label"
    later = listing.read(LATER.name, given).need(LATER.name).by_path(LATER.name)
    joined, classes = labelling.join(np.concatenate(codes), classes, keys, later)
    ends = np.cumsum([len(own) for own in codes])
    for part, own in zip(PARTS, np.split(joined, ends[:-1]), strict=True):
        files.save_array(OUTPUT.format(part), own)
    files.save_json(CLASSES, {"classes": classes})


if __name__ == "__main__":
    common.run(main)
