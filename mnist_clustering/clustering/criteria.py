"""Criteria for the number of clusters. None of them uses labels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.clustering import kmeans
from mnist_clustering.clustering.lloyd import Clustering
from mnist_clustering.clustering.silhouette import on_grid, silhouette
from mnist_clustering.errors import InputError
from mnist_clustering.exact.grid import variance
from mnist_clustering.exact.points import ExactPoints

# The criteria, and the number of decimals written of each.
DECIMALS = {"inertia": 0, "silhouette": 6, "calinski_harabasz": 2, "davies_bouldin": 6}
# Number of initializations for each k that are continued from the sample to all points: few,
# because the solution for k - 1 provides a good one.
_FINALISTS = 2


def clusterings(
    points: NDArray[np.integer],
    numbers: Sequence[int],
    *,
    n_init: int,
    max_iter: int,
    seed: int,
    n_jobs: int = 1,
) -> Iterator[Clustering]:
    """Cluster points with each number of clusters in turn.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    numbers : sequence of int
        Numbers of clusters, ascending.
    n_init : int
        Number of k-means++ initializations for each k. From the second k on, the same number of
        further ones extend the previous clustering by centres drawn by k-means++.
    max_iter, seed : int
        As in `kmeans.fit`.
    n_jobs : int
        Number of threads, on which results do not depend.

    Yields
    ------
    Clustering
        For each number in turn.

    Raises
    ------
    InputError
        If there are no numbers, or if one exceeds n.
    """
    if not numbers:
        raise InputError("elbow.k_max is below elbow.k_min: give at least one number of clusters")
    kmeans.check_number(max(numbers), len(points))
    search = kmeans.Search(points, max_iter=max_iter, seed=seed, n_jobs=n_jobs, many=True)
    before: Clustering | None = None
    for k in numbers:
        starts = search.starts(k, n_init)
        if before is not None:
            starts = np.concatenate([starts, search.starts(k, n_init, before)])
        before = search.best(starts, _FINALISTS)
        yield before


class Judge:
    """Computes the criteria for different clusterings of the same points.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    sample : ndarray of integers, shape (m,)
        Indices of the points that the silhouette is computed from; its cost grows with the square
        of m.
    """

    def __init__(self, points: NDArray[np.integer], sample: NDArray[np.integer]) -> None:
        self.sample = sample
        self.distances = on_grid(euclidean(points[sample]))
        self.total = len(points) * sum(variance(column) for column in points.T)

    def criteria(self, clustering: Clustering) -> dict[str, Any]:
        """Return "k" and, by name, the criteria of one clustering."""
        return {
            "k": len(clustering.centres),
            "inertia": clustering.inertia,
            "silhouette": silhouette(self.distances, clustering.labels[self.sample]),
            "calinski_harabasz": calinski_harabasz(clustering, self.total),
            "davies_bouldin": davies_bouldin(clustering),
        }


def preferred(rows: Sequence[Mapping[str, Any]]) -> dict[str, int | None]:
    """Return the knee of the inertia and the k preferred by each other criterion.

    Parameters
    ----------
    rows : sequence of mapping
        As returned by `Judge.criteria`, with k ascending.

    Returns
    -------
    dict of str to int or None
        By criterion ("knee" for the inertia) the preferred k; in a tie, the lowest.
    """
    best = {
        "silhouette": max(rows, key=lambda row: row["silhouette"]),
        "calinski_harabasz": max(rows, key=lambda row: row["calinski_harabasz"]),
        "davies_bouldin": min(rows, key=lambda row: row["davies_bouldin"]),
    }
    bend = knee([row["k"] for row in rows], [row["inertia"] for row in rows])
    return {"knee": bend} | {name: row["k"] for name, row in best.items()}


def euclidean(points: NDArray[np.integer]) -> NDArray[np.float64]:
    """Compute all Euclidean distances of integer points, shape (n, n).

    Each is the correctly rounded square root of an exact integer.
    """
    squared = ExactPoints(points).distances(points.astype(np.int64))
    return np.sqrt(squared, out=squared)


def calinski_harabasz(clustering: Clustering, total: float) -> float:
    """Compute the ratio of the variance between clusters to that within; higher is better.

    Parameters
    ----------
    clustering : Clustering
    total : float
        Sum of squared distances of all points to their mean.

    Returns
    -------
    float
        Equal to `sklearn.metrics.calinski_harabasz_score`, except for the rounding of the centres.
    """
    n, k = len(clustering.labels), len(clustering.centres)
    within = clustering.inertia
    return (total - within) / max(within, 1) * (n - k) / (k - 1)


def davies_bouldin(clustering: Clustering) -> float:
    """Compute the mean similarity of each cluster to its most similar one; lower is better.

    The similarity of two clusters is the sum of their mean radii over the distance of their
    centres.

    Parameters
    ----------
    clustering : Clustering

    Returns
    -------
    float
        Equal to `sklearn.metrics.davies_bouldin_score`, except for the rounding of the centres.
    """
    radii = np.sqrt(clustering.distances.astype(np.float64))
    counts = np.bincount(clustering.labels, minlength=len(clustering.centres))
    sums = np.bincount(clustering.labels, weights=radii, minlength=len(counts))
    width = sums / np.maximum(counts, 1)
    apart = euclidean(clustering.centres)
    np.fill_diagonal(apart, np.inf)
    similarity = (width[:, None] + width) / np.maximum(apart, np.finfo(np.float64).tiny)
    return float(similarity.max(axis=1).cumsum()[-1] / len(counts))


def knee(numbers: Sequence[int], inertias: Sequence[int]) -> int | None:
    """Find the knee (elbow) of the decreasing, convex curve of inertia over k, by Kneedle.

    Parameters
    ----------
    numbers : sequence of int
        Values of k, ascending.
    inertias : sequence of int
        Inertia for each k.

    Returns
    -------
    int or None
        The k where the curve bends most, None if it has no knee: where it lies farthest below the
        straight line between its ends, and comes nearer again by more than a mean step. In whole
        numbers, so that no rounding decides.

    Notes
    -----
    Source: Satopää et al., "Finding a 'kneedle' in a haystack", 2011, with sensitivity 1.
    """
    n = len(numbers)
    if n < 3:
        return None
    top, width = max(inertias), numbers[-1] - numbers[0]
    height = top - min(inertias)
    # In units of width times height, by which both axes are divided otherwise.
    below = [
        (top - inertia) * width - (k - numbers[0]) * height
        for k, inertia in zip(numbers, inertias, strict=True)
    ]
    peak = None
    for i in range(n - 1):
        beside = below[max(i - 1, 0)], below[i + 1]
        if below[i] >= max(beside):
            peak = i
        if below[i] <= min(beside):
            peak = None  # What follows a minimum belongs to the next peak.
        if peak is not None and (below[peak] - below[i + 1]) * (n - 1) > width * height:
            return numbers[peak]
    return None
