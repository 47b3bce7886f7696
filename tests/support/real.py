"""The bundled digits, loaded once for all tests of a process, and pictures of signs."""

import functools

import numpy as np

from mnist_clustering.sources import digits, drawn

DIGITS = digits.load()
for _array in DIGITS.values():
    _array.flags.writeable = False
IMAGES, LABELS = DIGITS["train_images"], DIGITS["train_labels"]
FEW = IMAGES[:200]
TEST_IMAGES, TEST_LABELS = DIGITS["test_images"], DIGITS["test_labels"]
ALL_LABELS = np.concatenate([LABELS, TEST_LABELS])
PIXELS = IMAGES.reshape(-1, 784)


@functools.cache
def signs() -> dict[str, bytes]:
    """Return pictures of twelve signs by path, drawn once for all tests of a process."""
    return drawn.pictures("signs")
