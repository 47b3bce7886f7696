"""Describe each image by whole numbers: gradients, concavities and deskewed pixels."""

import numpy as np

from stages import stage
from stages.methods import descriptors

FLAT = "data/flat"
FEATURES = "data/features"
MODEL = "models/features.npz"
LIBRARIES = ("numpy",)


def main() -> None:
    """Fit the bases on train, project train and test onto them."""
    params = stage.load_params("features")
    blocks = [
        descriptors.Block(name, params[f"{name}_components"], params[f"{name}_weight"])
        for name in ("gradient", "concavity", "pixel")
    ]
    fitted = None
    for part in stage.progress(("train", "test"), description="features"):
        images = np.load(f"{FLAT}/{part}.npy").reshape(-1, *descriptors.SHAPE)
        if fitted is None:
            fitted = descriptors.fit(
                images, blocks, deskewed=params["deskew"], whiten=params["whiten"]
            )
        stage.save_array(f"{FEATURES}/{part}.npy", descriptors.transform(images, fitted))
    assert fitted is not None
    stage.save_arrays(MODEL, **descriptors.to_arrays(fitted))


if __name__ == "__main__":
    stage.run(main, LIBRARIES)
