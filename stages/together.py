"""All images of train and test as one list, each once, as `examine` and `copies` take them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.images import listing
from stages.partitions import PARTS

INDICES = "data/split/{}_indices.npy"
PATHS = "data/raw/paths.csv"


class Together(NamedTuple):
    """Which images of each part are taken, and what to call them, n in all.

    Attributes
    ----------
    kept : dict of str to ndarray of bool
        Where test is a part of train once more, its images are left out.
    places : ndarray of int32, shape (n,)
        Of the images in the dataset.
    parts : list of str
    names : list of str
        Paths, or else places.
    """

    kept: dict[str, NDArray[np.bool_]]
    places: NDArray[np.int32]
    parts: list[str]
    names: list[str]

    def join(self, path: str) -> NDArray:
        """Join the arrays of both parts, whose names stand for {} in a path."""
        return np.concatenate([self.of(path, part) for part in PARTS])

    def of(self, path: str, part: str) -> NDArray:
        """Read the rows of one part."""
        rows, kept = np.load(path.format(part)), self.kept[part]
        return rows if kept.all() else rows[kept]


def load() -> Together:
    """Read which images there are."""
    train, test = (np.load(INDICES.format(part)) for part in PARTS)
    kept = {"train": np.ones(len(train), dtype=bool), "test": ~np.isin(test, train)}
    places = np.concatenate([train, test[kept["test"]]])
    parts = ["train"] * len(train) + ["test"] * (len(places) - len(train))
    paths = listing.read(PATHS, Path(PATHS).read_bytes()).paths or []
    names = [paths[place] if paths else str(place) for place in places.tolist()]
    return Together(kept, places, parts, names)
