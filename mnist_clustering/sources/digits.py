"""scikit-learn's bundled digits in the shape of MNIST: real data that needs no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.images import idx
from mnist_clustering.sources.fetching import Unavailable

_PARTS = {
    "train-images-idx3-ubyte": "train_images",
    "train-labels-idx1-ubyte": "train_labels",
    "t10k-images-idx3-ubyte": "test_images",
    "t10k-labels-idx1-ubyte": "test_labels",
}
_N_TRAIN = 1437
_LEVELS = 16
# Kernel of linear interpolation for an enlargement of 3, in thirds.
_KERNEL = np.array([1, 2, 3, 2, 1])


@dataclass(frozen=True)
class Builtin:
    """A dataset bundled with an installed library: scikit-learn's digits."""

    name: str

    def __str__(self) -> str:
        return f"builtin {self.name}"

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        if self.name != "digits":
            raise Unavailable("there is no such dataset: the only one is digits")
        arrays = load()
        return lambda name: idx.encode(arrays[_PARTS[name]])


def load() -> dict[str, NDArray[np.uint8]]:
    """Load the digits in their original order: 1,437 of train and 360 of test, 28 x 28."""
    from sklearn.datasets import load_digits  # Slow to import, and only this dataset needs it.

    bundled = load_digits()
    images = enlarge(bundled.images.astype(np.int64))
    labels = bundled.target.astype(np.uint8)
    return {
        "train_images": images[:_N_TRAIN],
        "train_labels": labels[:_N_TRAIN],
        "test_images": images[_N_TRAIN:],
        "test_labels": labels[_N_TRAIN:],
    }


def enlarge(images: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Enlarge images by a factor of three and pad them with black, in integer arithmetic.

    The enlargement is bilinear, because deskewing tears apart the steps that repeated pixels
    would have.

    Parameters
    ----------
    images : ndarray of int64, shape (n, 8, 8)
        Intensities from 0 to 16.

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28)
        Intensities from 0 to 255; pixel (i, j) of the original is at (3 i + 3, 3 j + 3).
    """
    weights = np.zeros((8, 28), dtype=np.int64)
    for pixel in range(8):
        weights[pixel, 3 * pixel + 1 : 3 * pixel + 6] = _KERNEL
    enlarged = weights.T @ images @ weights
    highest = _LEVELS * int(_KERNEL.max()) ** 2
    return ((enlarged * 255 + highest // 2) // highest).astype(np.uint8)
