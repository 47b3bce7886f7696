"""Flatten each image to one row of pixels."""

import numpy as np

from mnist_clustering import files
from stages import common

SPLIT = "data/split"
FLAT = "data/flat"


def main() -> None:
    """Reshape images (n, height, width) to (n, height * width)."""
    for part in ("train", "test"):
        images = np.load(f"{SPLIT}/{part}_images.npy", mmap_mode="r")
        files.save_array(f"{FLAT}/{part}.npy", images.reshape(len(images), -1))


if __name__ == "__main__":
    common.run(main)
