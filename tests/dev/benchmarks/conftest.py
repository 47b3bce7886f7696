"""Data that the benchmarks can run on."""

import numpy as np
import pytest

from mnist_clustering.features import descriptors
from mnist_clustering.sources import digits

DIGITS = digits.load()


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Lay out what a finished run leaves, of 600 + 100 digits."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("split", "features"):
        (folder / name).mkdir()
    for part, size in (("train", 600), ("test", 100)):
        images, labels = (DIGITS[f"{part}_{kind}"][:size] for kind in ("images", "labels"))
        np.save(folder / "split" / f"{part}_images.npy", images)
        np.save(folder / "split" / f"{part}_labels.npy", labels)
        np.save(folder / "split" / f"{part}_indices.npy", np.arange(size, dtype=np.int32))
    blocks = [descriptors.Block("pixel", 8, 1.0)]
    images = DIGITS["train_images"]
    fitted, described = descriptors.fit_transform(images, blocks, deskewed=True, whiten=True)
    np.save(folder / "features" / "train.npy", described[:600])
    tested = descriptors.transform(DIGITS["test_images"][:100], fitted)
    np.save(folder / "features" / "test.npy", tested)
    return folder
