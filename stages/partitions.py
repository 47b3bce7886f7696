"""The partitions that are compared: what each is called, and where it is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = ("train", "test")


@dataclass(frozen=True)
class Partition:
    """Clusters of train, and of test by the same centres."""

    folder: str  # of ``train.npy`` and ``test.npy``, the cluster of each image
    model: str  # file of the centres, and of the cluster that each belongs to where it is merged
    points: str  # what was clustered, of train

    def load(self) -> dict[str, NDArray[np.int32]]:
        """Read the cluster of each image of train and of test."""
        return {part: np.load(f"{self.folder}/{part}.npy") for part in PARTS}

    def load_model(self) -> dict[str, NDArray[Any]]:
        """Read "centres" and "clusters", to which they belong: each to its own, unless merged."""
        with np.load(self.model) as arrays:
            own = np.arange(len(arrays["centres"]))
            return {"centres": arrays["centres"], "clusters": arrays.get("clusters", own)}


PARTITIONS = {
    "pixels": Partition("data/kmeans", "models/kmeans.npz", "data/flat/train.npy"),
} | {
    f"{way}_{dims}": Partition(
        f"data/recluster/{way}_{dims}",
        f"models/recluster/{way}_{dims}.npz",
        f"data/tsne/{dims}/train.npy",
    )
    for way in ("kmeans", "merged", "clusters")
    for dims in ("2d", "3d")
}
# What the clusters were chosen from is scored too, but the summary has no merged ones: they are the
# clusters, or were passed over.
SUMMARISED = [name for name in PARTITIONS if not name.startswith("merged")]
# The one that predict.py, the pictures and the summary are about.
HEADLINE = "clusters_2d"
