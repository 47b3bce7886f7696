"""What every route of a benchmark starts from and ends with: the arrays of a run, and scores."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering.evaluation import scores

K = 10


class Data:
    """Arrays of a finished run, the first n images of train."""

    def __init__(self, folder: Path, n: int, seed: int) -> None:
        self.folder, self.n, self.seed = folder, n, seed
        self.steps: dict[str, float] = {}
        self.notes: dict[str, Any] = {}

    def pixels(self, part: str) -> np.ndarray:
        """Return the images in rows of floats between 0 and 1."""
        images = np.load(self.folder / "split" / f"{part}_images.npy")[: self._rows(part)]
        return (images.reshape(len(images), -1) / 255).astype(np.float32)

    def digits(self, part: str) -> np.ndarray:
        """Return the labels."""
        return np.load(self.folder / "split" / f"{part}_labels.npy")[: self._rows(part)]

    def features(self, part: str = "train") -> np.ndarray:
        """Return our own features."""
        return np.load(self.folder / "features" / f"{part}.npy")[: self._rows(part)]

    def _rows(self, part: str) -> int | None:
        return self.n if part == "train" else None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        started = time.perf_counter()
        yield
        self.steps[name] = round(time.perf_counter() - started, 3)


def accuracy(embedding: np.ndarray, digits: np.ndarray) -> float:
    """Score ten clusters of a map, by scikit-learn's KMeans, against the digits."""
    from sklearn.cluster import KMeans

    return score(digits, KMeans(K, n_init=10, random_state=0).fit(embedding).labels_)["accuracy"]


def score(digits: np.ndarray, clusters: np.ndarray) -> dict[str, float]:
    """Score clusters one to one; noise, numbered -1, is matched with no digit."""
    named = clusters >= 0
    n_clusters = int(clusters.max()) + 1
    n_classes = int(digits.max()) + 1
    table = scores.contingency(digits[named], clusters[named], n_clusters, n_classes)
    right = scores.accuracy(table, scores.one_to_one(table)) * float(named.mean())
    found = scores.score(
        digits, np.where(named, clusters, n_clusters), [0] * (n_clusters + 1), n_classes
    )
    summary = found["summary"]
    return {"accuracy": round(right, 6), "nmi": summary["nmi"], "ari": summary["ari"]} | (
        {} if named.all() else {"noise": round(float(1 - named.mean()), 6)}
    )
