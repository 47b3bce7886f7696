"""Micro-clusters of a map, and in which order they belong together."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.clustering import kmeans, merging


class Micro(NamedTuple):
    """Micro-clusters of n images.

    Attributes
    ----------
    centres : ndarray of int64, shape (m, d)
    labels : ndarray of int32, shape (n,)
    merges : list of Merge
        m - 1 of them: `merging.partition` follows them to any number of clusters.
    """

    centres: NDArray[np.int64]
    labels: NDArray[np.int32]
    merges: list[merging.Merge]


def fit(
    points: NDArray[np.integer],
    forward: NDArray[np.integer],
    reverse: NDArray[np.integer],
    *,
    micro_clusters: int,
    n_init: int,
    max_iter: int,
    seed: int,
    n_jobs: int = 1,
) -> Micro:
    """Cluster a map finely, and merge the clusters along the edges between their images.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
        The map on its grid.
    forward, reverse : ndarray of integers, shape (n, k)
        Edges, as `merging.count_containment` counts them.
    micro_clusters : int
        At most n.
    n_init, max_iter, seed, n_jobs : int
        As in `kmeans.fit`.

    Raises
    ------
    InputError
        If there are more micro-clusters than points.
    """
    fitted = kmeans.fit(
        points, micro_clusters, n_init=n_init, max_iter=max_iter, seed=seed, n_jobs=n_jobs
    )
    n_micro = len(fitted.centres)
    counts = merging.count_containment(fitted.labels, forward, reverse, n_micro)
    sizes = np.bincount(fitted.labels, minlength=n_micro)
    return Micro(fitted.centres, fitted.labels, merging.merge(counts, sizes))
