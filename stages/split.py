"""Split the raw images into a train and a test part."""

from pathlib import Path

import numpy as np

from stages import common
from stages.methods.data import idx, splitting

RAW = "data/raw"
SPLIT = "data/split"
LIBRARIES = ("numpy", "scipy", "scikit-learn")


def main() -> None:
    """Read the four IDX files, select the images of each part, write images, labels, indices."""
    params = common.load_params("split")
    raw = {part: _read(prefix) for part, prefix in {"train": "train", "test": "t10k"}.items()}
    images = np.concatenate([raw["train"][0], raw["test"][0]])
    labels = np.concatenate([raw["train"][1], raw["test"][1]])

    n_train, n_test = len(raw["train"][0]), len(raw["test"][0])
    if params["method"] == "official":
        parts = splitting.official(n_train, n_train + n_test)
    elif params["method"] == "validation":
        parts = splitting.official(n_train - n_train // 6, n_train)
    elif params["method"] == "all":
        parts = np.arange(n_train + n_test), np.arange(n_train, n_train + n_test)
    else:
        parts = splitting.stratified(labels, n_test, params["seed"])
    for name, indices in zip(("train", "test"), parts, strict=True):
        size = params[f"{name}_size"]
        chosen = splitting.stratified_part(labels, indices, size, params["seed"], name)
        splitting.check_digits(labels[chosen], name)
        common.save_array(f"{SPLIT}/{name}_images.npy", images[chosen])
        common.save_array(f"{SPLIT}/{name}_labels.npy", labels[chosen])
        common.save_array(f"{SPLIT}/{name}_indices.npy", chosen.astype(np.int32))


def _read(prefix: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = (
        idx.decode(Path(f"{RAW}/{prefix}-{kind}-ubyte").read_bytes())
        for kind in ("images-idx3", "labels-idx1")
    )
    return images, labels


if __name__ == "__main__":
    common.run(main, LIBRARIES)
