"""Lloyd's algorithm and its starts, in exact arithmetic.

Points are integers and so are the centres (rounded means), hence every inner product and every sum
is a whole number that float64 holds exactly, whatever the order of summation, the BLAS kernel or
the number of threads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.methods.exact.points import ExactPoints

# Centres of all starts that are compared at once: they bound the memory.
_CENTRES = 160


@dataclass(frozen=True)
class Clustering:
    """One KMeans solution.

    Attributes
    ----------
    centres : ndarray of int64, shape (n_clusters, d)
        The clusters' means, rounded to integers.
    labels : ndarray of int32, shape (n,)
        The nearest centre of each point; of equally near ones, the first.
    distances : ndarray of int64, shape (n,)
        Squared distance of each point to its centre.
    n_iter : int
        Rounds of Lloyd's algorithm.
    """

    centres: NDArray[np.int64]
    labels: NDArray[np.int32]
    distances: NDArray[np.int64]
    n_iter: int

    @property
    def inertia(self) -> int:
        """Sum of the squared distances of the points to their centres."""
        return int(self.distances.sum())


def plus_plus(
    points: ExactPoints,
    n_clusters: int,
    n_starts: int,
    rng: np.random.Generator,
    centres: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Choose starting centres among the points, far from one another (k-means++).

    Each next centre is the best of ``2 + log(n_clusters)`` candidates, drawn with a probability
    in proportion to their squared distance from the centres chosen before.

    Parameters
    ----------
    points : ExactPoints
    n_clusters : int
    n_starts : int
    rng : numpy.random.Generator
    centres : ndarray of int64, shape (m, d), optional
        Centres that each start begins with; by default one point at random.

    Returns
    -------
    ndarray of int64, shape (n_starts, n_clusters, d)

    Notes
    -----
    Source: Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007, in the
    greedy form of scikit-learn.
    """
    trials = 2 + int(np.log(n_clusters))
    if centres is None:
        first = rng.integers(len(points), size=n_starts)
        found = points.values[first].astype(np.int64)[:, None]
    else:
        found = np.repeat(centres[None], n_starts, axis=0)
    _, nearest = points.nearest(found)
    each = np.arange(n_starts)
    while found.shape[1] < n_clusters:
        drawn = np.stack([_draw(distances, trials, rng) for distances in nearest])
        candidates = points.values[drawn].astype(np.int64)
        reached = points.distances(candidates.reshape(-1, candidates.shape[-1])).astype(np.int64)
        reached = np.minimum(reached.reshape(n_starts, trials, -1), nearest[:, None])
        best = reached.sum(axis=2).argmin(axis=1)
        found = np.concatenate([found, candidates[each, best][:, None]], axis=1)
        nearest = reached[each, best]
    return found


def _draw(weights: NDArray[np.int64], size: int, rng: np.random.Generator) -> NDArray[np.integer]:
    """Draw places with a probability in proportion to their weight."""
    cumulative = np.cumsum(weights)
    # With fewer distinct points than clusters nothing is left to draw from: any point will do.
    drawn = rng.integers(max(int(cumulative[-1]), 1), size=size)
    return np.minimum(np.searchsorted(cumulative, drawn, side="right"), len(weights) - 1)


def lloyd(
    points: ExactPoints, starts: NDArray[np.int64], max_iter: int, tolerance: float = 0.0
) -> list[Clustering]:
    """Move centres to the rounded means of their points until no point changes cluster.

    Parameters
    ----------
    points : ExactPoints
    starts : ndarray of int64, shape (n_starts, n_clusters, d)
        A cluster that loses all its points takes the point farthest from its centre.
    max_iter : int
        Rounds at most.
    tolerance : float, optional
        A round that lowers the inertia by less than this share of it is the last one; by
        default one that raises it, as rounded centres may.

    Returns
    -------
    list of Clustering
        One for each start.

    Notes
    -----
    Source: Lloyd, "Least squares quantization in PCM", 1982. Several starts go in step, because a
    product of all points with many centres takes little longer than with few: the time goes into
    reading the points.
    """
    at_once = max(1, _CENTRES // starts.shape[1])
    found: list[Clustering] = []
    for first in range(0, len(starts), at_once):
        found += _in_step(points, starts[first : first + at_once], max_iter, tolerance)
    return found


def _in_step(
    points: ExactPoints, starts: NDArray[np.int64], max_iter: int, tolerance: float
) -> list[Clustering]:
    centres, rounds, running = starts.copy(), [0] * len(starts), np.arange(len(starts))
    labels, distances = points.nearest(centres)
    members = members_of(labels, centres.shape[1])
    sums, counts = points.totals(members), members.sum(axis=2)
    for n_iter in range(1, max_iter + 1):
        for each in running:
            centres[each] = _means(points, sums[each], counts[each], distances[each])
            rounds[each] = n_iter
        found, reached = points.nearest(centres[running])
        moved = found != labels[running]
        # Sums of whole numbers do not drift, so only the points that moved are counted anew.
        rows = np.flatnonzero(moved.any(axis=0))
        change = members_of(found[:, rows], centres.shape[1])
        change -= members_of(labels[np.ix_(running, rows)], centres.shape[1])
        sums[running] += points.totals(change, rows)
        counts[running] += change.sum(axis=2)
        inertia = reached.sum(axis=1)
        fall = distances[running].sum(axis=1) - inertia
        labels[running], distances[running] = found, reached
        running = running[moved.any(axis=1) & (fall >= tolerance * inertia)]
        if not len(running):
            break
    return [Clustering(*each) for each in zip(centres, labels, distances, rounds, strict=True)]


def members_of(labels: NDArray[np.int32], n_clusters: int) -> NDArray[np.int8]:
    """Mark which point is in which cluster: from shape (..., n) to (..., n_clusters, n)."""
    clusters = np.arange(n_clusters, dtype=np.int32)[:, None]
    return (labels[..., None, :] == clusters).astype(np.int8)


def rounded_means(sums: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round the mean of each cluster to whole numbers, from sums and counts of its points."""
    return np.rint(sums / np.maximum(counts, 1)[..., None]).astype(np.int64)


def _means(
    points: ExactPoints,
    sums: NDArray[np.float64],
    counts: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Move each centre to the mean of its points, and an empty cluster's to a far point."""
    means = rounded_means(sums, counts)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        means[empty] = points.values[np.argsort(-distances, kind="stable")[: len(empty)]]
    return means
