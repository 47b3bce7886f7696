"""Compute the features of each image: gradients, concavities and (optionally) pixels."""

import itertools

import numpy as np

from stages import common
from stages.methods.features import descriptors

IMAGES = "data/split/{}_images.npy"
FEATURES = "data/features"
MODEL = "models/features.npz"
LIBRARIES = ("numpy",)


def main() -> None:
    """Fit the principal components of each block on train; transform train and test."""
    names = {name: (f"{name}_components", f"{name}_weight") for name in descriptors.BLOCKS}
    params = common.load_params("features", "deskew", "whiten", *itertools.chain(*names.values()))
    blocks = [
        descriptors.Block(name, params[components], params[weight])
        for name, (components, weight) in names.items()
    ]
    images = {part: np.load(IMAGES.format(part), mmap_mode="r") for part in ("train", "test")}
    descriptor, features = descriptors.fit_transform(
        images["train"], blocks, deskewed=params["deskew"], whiten=params["whiten"]
    )
    common.save_array(f"{FEATURES}/train.npy", features)
    common.save_array(f"{FEATURES}/test.npy", descriptors.transform(images["test"], descriptor))
    common.save_arrays(MODEL, **descriptors.to_arrays(descriptor))


if __name__ == "__main__":
    common.run(main, LIBRARIES)
