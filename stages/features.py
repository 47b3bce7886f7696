"""Compute the features of each image: gradients, concavities and (optionally) pixels."""

import itertools
import json
from pathlib import Path

import numpy as np

from mnist_clustering import files
from mnist_clustering import limits as fitting
from mnist_clustering.features import descriptors
from mnist_clustering.images import form
from stages import common

DATASET = "data/split/dataset.json"
IMAGES = "data/split/{}_images.npy"
FEATURES = "data/features"
MODEL = "models/features.npz"


def main() -> None:
    """Fit the principal components of each block on train; transform train and test."""
    names = {name: (f"{name}_components", f"{name}_weight") for name in descriptors.BLOCKS}
    params = common.load_params("features", "deskew", "whiten", *itertools.chain(*names.values()))
    dataset = json.loads(Path(DATASET).read_text(encoding="utf-8"))
    images = {part: np.load(IMAGES.format(part), mmap_mode="r") for part in ("train", "test")}
    params = fitting.fitting("features", params, len(images["train"]))
    blocks = [
        descriptors.Block(name, params[components], params[weight])
        for name, (components, weight) in names.items()
    ]
    descriptor, features = descriptors.fit_transform(
        images["train"],
        descriptors.suitable(blocks, dataset["form"], images["train"][0].size),
        deskewed=params["deskew"] and form.is_deskewed(dataset["form"]),
        whiten=params["whiten"],
    )
    files.save_array(f"{FEATURES}/train.npy", features)
    files.save_array(f"{FEATURES}/test.npy", descriptors.transform(images["test"], descriptor))
    files.save_arrays(MODEL, **descriptors.to_arrays(descriptor))


if __name__ == "__main__":
    common.run(main)
