"""Choose the perplexity of a map, of those that the number of images leaves open."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.clustering import kmeans
from mnist_clustering.exact.grid import snap
from mnist_clustering.neighbors.nearest import nearest

# Numbers of clusters to divide a map into, coarse to fine, and nearest images that should stay.
_CLUSTERS, _NEAREST = range(16, 41, 4), 5
Made = TypeVar("Made")


def choose(
    perplexities: Sequence[float],
    make: Callable[[float], Made],
    positions: Callable[[Made], NDArray[np.floating]],
    features: NDArray[np.integer],
    n_jobs: int = 1,
) -> tuple[float, Made, Mapping[float, float]]:
    """Make a map at each perplexity, and keep the one whose clusters hold nearest images together.

    Parameters
    ----------
    perplexities : sequence of float
        As `limits.perplexities` gives them. Where there is one, nothing is compared.
    make : callable
        Makes what there is to keep of a perplexity.
    positions : callable
        Returns the map of what was made, shape (n, 2).
    features : ndarray of integers, shape (n, d)
        In which images are near or not, whatever the map was made by.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    perplexity : float
        In a tie, the first.
    made : object
        What was made at it.
    kept : mapping of float to float
        By perplexity, the share of the nearest images in the cluster of their image; empty where
        nothing is compared.
    """
    made = {perplexity: make(perplexity) for perplexity in perplexities}
    if len(made) == 1:
        return perplexities[0], made[perplexities[0]], {}
    neighbors = nearest(features, k=_NEAREST, n_jobs=n_jobs)[0]
    kept = {
        perplexity: _kept(snap(positions(one)), neighbors, n_jobs)
        for perplexity, one in made.items()
    }
    best = max(perplexities, key=kept.__getitem__)
    return best, made[best], kept


def _kept(points: NDArray[np.integer], neighbors: NDArray[np.integer], n_jobs: int) -> float:
    numbers = {min(k, len(points) // 4) for k in _CLUSTERS}
    kept = 0
    for k in numbers:
        labels = kmeans.fit(points, k, n_init=10, max_iter=300, seed=0, n_jobs=n_jobs).labels
        kept += int((labels[neighbors] == labels[:, None]).sum())
    return kept / (len(numbers) * neighbors.size)


def sentence(kept: Mapping[float, float]) -> str:
    """Say which perplexity was kept, and why; nothing where nothing was compared."""
    if not kept:
        return ""
    best = max(kept, key=kept.__getitem__)
    shares = ", ".join(f"{share:.1%} at {perplexity}" for perplexity, share in kept.items())
    return (
        f"the map at perplexity {best} is kept: its clusters hold most of the {_NEAREST} nearest "
        f"images of each together ({shares})"
    )
