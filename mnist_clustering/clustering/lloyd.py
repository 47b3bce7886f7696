"""Lloyd's algorithm and its initialization by k-means++, in exact arithmetic.

Points are integers and so are the centres (rounded means). Every inner product and every sum is
therefore an integer that float64 represents exactly, for any order of summation, BLAS kernel and
number of threads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.exact.points import ExactPoints

# Number of centres, of several runs together, that points are compared with at once. It bounds
# the memory.
_CENTRES = 160


@dataclass(frozen=True)
class Clustering:
    """One KMeans solution.

    Attributes
    ----------
    centres : ndarray of int64, shape (n_clusters, d)
        Means of the clusters, rounded to integers.
    labels : ndarray of int32, shape (n,)
        Index of the nearest centre of each point; in a tie, the lowest.
    distances : ndarray of int64, shape (n,)
        Squared distance of each point to its centre.
    n_iter : int
        Number of iterations of Lloyd's algorithm.
    """

    centres: NDArray[np.int64]
    labels: NDArray[np.int32]
    distances: NDArray[np.int64]
    n_iter: int

    @property
    def inertia(self) -> int:
        """Sum of the squared distances of the points to their centres."""
        return int(self.distances.sum())


def kmeans_plus_plus(
    points: ExactPoints,
    n_clusters: int,
    n_starts: int,
    rng: np.random.Generator,
    centres: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Choose initial centres among the points, far from one another (k-means++).

    Each further centre is the best of ``2 + log(n_clusters)`` candidates, which are drawn with
    probabilities proportional to their squared distance from the nearest centre chosen before.

    Parameters
    ----------
    points : ExactPoints
    n_clusters : int
    n_starts : int
        Number of independent initializations.
    rng : numpy.random.Generator
    centres : ndarray of int64, shape (m, d), optional
        Centres that each initialization begins with; by default one point at random.

    Returns
    -------
    ndarray of int64, shape (n_starts, n_clusters, d)

    Notes
    -----
    Source: Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007, in
    scikit-learn's greedy form.
    """
    trials = 2 + int(np.log(n_clusters))
    if centres is None:
        first = rng.integers(len(points), size=n_starts)
        chosen = points.values[first].astype(np.int64)[:, None]
    else:
        chosen = np.repeat(centres[None], n_starts, axis=0)
    _, nearest = points.nearest_centres(chosen)
    each = np.arange(n_starts)
    while chosen.shape[1] < n_clusters:
        drawn = np.stack([_draw(distances, trials, rng) for distances in nearest])
        candidates = points.values[drawn].astype(np.int64)
        best, nearest = points.best_of(candidates, nearest)
        chosen = np.concatenate([chosen, candidates[each, best][:, None]], axis=1)
    return chosen


def _draw(weights: NDArray[np.int64], size: int, rng: np.random.Generator) -> NDArray[np.integer]:
    """Draw indices with probabilities proportional to their weights."""
    cumulative = np.cumsum(weights)
    # With fewer distinct points than clusters all weights become zero: any point will do.
    drawn = rng.integers(max(int(cumulative[-1]), 1), size=size)
    return np.minimum(np.searchsorted(cumulative, drawn, side="right"), len(weights) - 1)


def lloyd(
    points: ExactPoints, starts: NDArray[np.int64], max_iter: int, tolerance: float = 0.0
) -> list[Clustering]:
    """Run Lloyd's algorithm until no point changes cluster, from several initializations.

    Parameters
    ----------
    points : ExactPoints
    starts : ndarray of int64, shape (n_starts, n_clusters, d)
        Initial centres. A cluster that loses all its points is moved to the point farthest from
        its centre.
    max_iter : int
        Maximum number of iterations.
    tolerance : float, optional
        The first iteration that lowers the inertia by less than this share of it is the last one;
        by default the first that raises it, which rounded centres make possible.

    Returns
    -------
    list of Clustering
        One for each initialization.

    Notes
    -----
    Source: Lloyd, "Least squares quantization in PCM", 1982. Several runs advance together,
    because a product of all points with many centres takes little longer than with few: most of
    the time is spent reading the points.
    """
    at_once = max(1, _CENTRES // starts.shape[1])
    solutions: list[Clustering] = []
    for first in range(0, len(starts), at_once):
        solutions += _lloyd_together(points, starts[first : first + at_once], max_iter, tolerance)
    return solutions


def _lloyd_together(
    points: ExactPoints, starts: NDArray[np.int64], max_iter: int, tolerance: float
) -> list[Clustering]:
    centres, n_iters, running = starts.copy(), [0] * len(starts), np.arange(len(starts))
    labels, distances = points.nearest_centres(centres)
    members = members_of(labels, centres.shape[1])
    sums, counts = points.totals(members), members.sum(axis=2)
    for n_iter in range(1, max_iter + 1):
        for each in running:
            centres[each] = _means(points, sums[each], counts[each], distances[each])
            n_iters[each] = n_iter
        new_labels, new_distances = points.nearest_centres(centres[running])
        moved = new_labels != labels[running]
        # Integer sums accumulate no error, so only the points that moved are added and subtracted.
        rows = np.flatnonzero(moved.any(axis=0))
        change = members_of(new_labels[:, rows], centres.shape[1])
        change -= members_of(labels[np.ix_(running, rows)], centres.shape[1])
        sums[running] += points.totals(change, rows)
        counts[running] += change.sum(axis=2)
        inertia = new_distances.sum(axis=1)
        fall = distances[running].sum(axis=1) - inertia
        labels[running], distances[running] = new_labels, new_distances
        running = running[moved.any(axis=1) & (fall >= tolerance * inertia)]
        if not len(running):
            break
    return [Clustering(*each) for each in zip(centres, labels, distances, n_iters, strict=True)]


def members_of(labels: NDArray[np.int32], n_clusters: int) -> NDArray[np.int8]:
    """Encode labels of shape (..., n) as 0 or 1 for each cluster: (..., n_clusters, n)."""
    clusters = np.arange(n_clusters, dtype=np.int32)[:, None]
    return (labels[..., None, :] == clusters).astype(np.int8)


def rounded_means(sums: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Compute the mean of each cluster from sums and counts, rounded to integers."""
    return np.rint(sums / np.maximum(counts, 1)[..., None]).astype(np.int64)


def _means(
    points: ExactPoints,
    sums: NDArray[np.float64],
    counts: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Compute new centres: means, or for empty clusters the points farthest from theirs."""
    means = rounded_means(sums, counts)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        means[empty] = points.values[np.argsort(-distances, kind="stable")[: len(empty)]]
    return means
