"""KMeans in exact arithmetic: the same clusters, to the bit, on every machine.

Points are integers and so are the centres (rounded means), hence every inner product and every sum
is a whole number that float64 holds exactly, whatever the order of summation, the BLAS kernel or
the number of threads.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from stages.methods import pca
from stages.methods.errors import InputError


def check_number(n_clusters: int, n: int) -> None:
    """Refuse to make more clusters than there are points.

    Raises
    ------
    InputError
    """
    if not 1 <= n_clusters <= n:
        raise InputError(f"{n_clusters} clusters were asked of {n} images: ask for 1 to {n}")


# Starts are tried on this many points, in this many dimensions; the best go on to all of them.
_SAMPLE = 12_000
_COMPONENTS = 48
_FINALISTS = 4
# Below this many points there is no time to be won with fewer dimensions.
_FEW = 1000
# A round that lowers the inertia by less than this share of it is the last one.
_SAMPLE_TOLERANCE = 1e-5
_TOLERANCE = 1e-4
# Points, centres and starts that are dealt with at once: they bound the memory.
_BLOCK = 3000
_CENTRES = 160
_STARTS = 32


class ExactPoints:
    """Integer points made ready for exact products in floating point.

    A product of whole numbers is exact in any order of summation while no partial sum can pass
    the largest whole number that the type holds: 2**24 in float32, which is twice as fast, and
    2**53 in float64. By Cauchy and Schwarz no partial sum of a product passes ``|x| |c|``.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    n_jobs : int, optional
        Threads; results do not depend on them.

    Raises
    ------
    InputError
        If the points are too large even for float64.
    """

    def __init__(self, points: NDArray[np.integer], n_jobs: int = 1) -> None:
        self.pool = ThreadPoolExecutor(n_jobs)
        small = points.dtype.itemsize <= 2
        self.values = np.ascontiguousarray(points, dtype=np.float32 if small else np.float64)
        self.limit = 2.0**24 if small else 2.0**53
        self.squares = _squares(points)
        self.longest = float(np.sqrt(self.squares.max()))
        self.largest = float(np.abs(self.values).max())
        if 4 * self.longest**2 >= 2.0**53:
            raise InputError(
                f"coordinates up to {self.largest:.0f} are too large for exact products: "
                "use a coarser grid"
            )

    def __len__(self) -> int:
        return len(self.values)

    def distances(
        self, to: NDArray[np.int64], rows: NDArray[np.integer] | slice = slice(None)
    ) -> NDArray[np.float64]:
        """Squared distances from each row of ``to`` to each point, shape (len(to), len(rows))."""
        return self._beyond(to, rows).T + self.squares[rows]

    def _beyond(
        self, to: NDArray[np.int64], rows: NDArray[np.integer] | slice
    ) -> NDArray[np.floating]:
        """Squared distances, shape (len(rows), len(to)), less the points' squared lengths."""
        lengths = _squares(to)
        reach = float(np.sqrt(lengths.max()))
        values = self.values[rows]
        if self.longest * reach >= self.limit:
            values = values.astype(np.float64)
        found: NDArray[Any] = values @ to.astype(values.dtype).T
        if (2 * self.longest + reach) * reach >= self.limit:
            found = found.astype(np.float64)
        found *= -2
        found += lengths.astype(found.dtype)
        return found

    def nearest(self, centres: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Find the nearest centre of each point in each of several sets of centres.

        Parameters
        ----------
        centres : ndarray of int64, shape (s, k, d)

        Returns
        -------
        labels : ndarray of int32, shape (s, n)
            Of equally near ones, the first.
        distances : ndarray of int64, shape (s, n)
            Squared.
        """
        n_sets, k, d = centres.shape
        labels = np.empty((n_sets, len(self)), dtype=np.int32)
        distances = np.empty((n_sets, len(self)), dtype=np.int64)

        def compare(start: int) -> None:
            rows = slice(start, start + _BLOCK)
            found = self._beyond(centres.reshape(-1, d), rows).reshape(-1, n_sets, k)
            nearest = found.argmin(axis=2, keepdims=True)
            labels[:, rows] = nearest[..., 0].T
            reached = np.take_along_axis(found, nearest, axis=2)[..., 0].T
            distances[:, rows] = reached + self.squares[rows]

        list(self.pool.map(compare, range(0, len(self), _BLOCK)))
        return labels, distances

    def totals(
        self, weights: NDArray[np.int8], rows: NDArray[np.integer] | None = None
    ) -> NDArray[np.float64]:
        """Sum all points or some, each taken with weight 1, 0 or -1, to shape (..., d)."""
        step = min(int(self.limit // max(self.largest, 1.0)), _BLOCK)

        def add(start: int) -> NDArray[np.floating]:
            part = slice(start, start + step)
            values = self.values[part if rows is None else rows[part]]
            return weights[..., part].astype(values.dtype) @ values

        sums = np.zeros((*weights.shape[:-1], self.values.shape[1]))
        for found in self.pool.map(add, range(0, weights.shape[-1], step)):
            sums += found
        return sums


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


def fit(
    points: NDArray[np.integer],
    n_clusters: int,
    *,
    n_init: int,
    max_iter: int,
    seed: int,
    n_jobs: int = 1,
) -> Clustering:
    """Cluster integer points: the best of several starts of Lloyd's algorithm.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    n_clusters : int
        At most n.
    n_init : int
        Starts by k-means++, of which the best is sought as in `Search`.
    max_iter : int
        Rounds of Lloyd's algorithm at most, on the sample and again on all points.
    seed : int
        Of the sample and of the starts.
    n_jobs : int
        Threads; results do not depend on them.

    Returns
    -------
    Clustering

    Raises
    ------
    InputError
        If there are more clusters than points, or the points are too large for exact products.
    """
    check_number(n_clusters, len(points))
    search = Search(points, max_iter=max_iter, seed=seed, n_jobs=n_jobs)
    return search.best(search.starts(n_clusters, n_init), _FINALISTS)


class Search:
    """Seeks good clusterings of many points among those of a sample of them.

    A round of Lloyd's algorithm on the sample, of images in their principal components, costs a
    fraction of one on all points, and leads to much the same clusters. So each start is followed
    on the sample, and only the best of them go on to all points, where few rounds are left to do.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    max_iter, seed, n_jobs : int
        As in `fit`.
    """

    def __init__(
        self, points: NDArray[np.integer], *, max_iter: int, seed: int, n_jobs: int
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.max_iter = max_iter
        self.points = ExactPoints(points, n_jobs)
        self.drawn = np.sort(self.rng.permutation(len(points))[:_SAMPLE])
        self.sample = ExactPoints(_simplified(points[self.drawn]), n_jobs)

    def starts(
        self, n_clusters: int, n_starts: int, before: Clustering | None = None
    ) -> NDArray[np.int64]:
        """Choose starts from the sample, by k-means++.

        Parameters
        ----------
        n_clusters, n_starts : int
        before : Clustering, optional
            A clustering to go on from: its centres stay, and others join them.

        Returns
        -------
        ndarray of int64, shape (n_starts, n_clusters, the sample's dimensions)
        """
        centres = None
        if before is not None:
            members = _members(before.labels[self.drawn], len(before.centres))
            centres = _rounded_means(self.sample.totals(members), members.sum(axis=1))
        with threadpool_limits(1, "blas"):
            found = [
                plus_plus(self.sample, n_clusters, min(_STARTS, left), self.rng, centres)
                for left in range(n_starts, 0, -_STARTS)
            ]
        return np.concatenate(found)

    def best(self, starts: NDArray[np.int64], n_finalists: int) -> Clustering:
        """Return the clustering with the lowest inertia that the starts lead to.

        Parameters
        ----------
        starts : ndarray of int64, shape (n_starts, n_clusters, the sample's dimensions)
        n_finalists : int
            Starts that go on to all points at most.
        """
        # The threads are those of `ExactPoints`; those of BLAS would get in their way.
        with threadpool_limits(1, "blas"):
            ended = lloyd(self.sample, starts, self.max_iter, _SAMPLE_TOLERANCE)
            # Starts that end at the same place are one.
            tried = {clustering.inertia: clustering for clustering in ended}
            labels = np.stack([tried[inertia].labels for inertia in sorted(tried)[:n_finalists]])
            members = _members(labels, starts.shape[1])
            centres = _rounded_means(self.points.totals(members, self.drawn), members.sum(axis=2))
            finished = lloyd(self.points, centres, self.max_iter, _TOLERANCE)
        return min(finished, key=lambda clustering: clustering.inertia)


def _simplified(points: NDArray[np.integer]) -> NDArray[np.integer]:
    """Describe images by fewer numbers that keep most of their distances."""
    if points.dtype != np.uint8 or points.shape[1] <= _COMPONENTS or len(points) < _FEW:
        return points
    pixels = points.astype(np.uint8, copy=False)
    return pca.transform(pca.fit(pixels, _COMPONENTS), pixels)


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
    members = _members(labels, centres.shape[1])
    sums, counts = points.totals(members), members.sum(axis=2)
    for n_iter in range(1, max_iter + 1):
        for each in running:
            centres[each] = _means(points, sums[each], counts[each], distances[each])
            rounds[each] = n_iter
        found, reached = points.nearest(centres[running])
        moved = found != labels[running]
        # Sums of whole numbers do not drift, so only the points that moved are counted anew.
        rows = np.flatnonzero(moved.any(axis=0))
        change = _members(found[:, rows], centres.shape[1])
        change -= _members(labels[np.ix_(running, rows)], centres.shape[1])
        sums[running] += points.totals(change, rows)
        counts[running] += change.sum(axis=2)
        inertia = reached.sum(axis=1)
        fall = distances[running].sum(axis=1) - inertia
        labels[running], distances[running] = found, reached
        running = running[moved.any(axis=1) & (fall >= tolerance * inertia)]
        if not len(running):
            break
    return [Clustering(*each) for each in zip(centres, labels, distances, rounds, strict=True)]


def _members(labels: NDArray[np.int32], n_clusters: int) -> NDArray[np.int8]:
    """Mark which point is in which cluster: from shape (..., n) to (..., n_clusters, n)."""
    clusters = np.arange(n_clusters, dtype=np.int32)[:, None]
    return (labels[..., None, :] == clusters).astype(np.int8)


def _rounded_means(sums: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.rint(sums / np.maximum(counts, 1)[..., None]).astype(np.int64)


def _means(
    points: ExactPoints,
    sums: NDArray[np.float64],
    counts: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Move each centre to the mean of its points, and an empty cluster's to a far point."""
    means = _rounded_means(sums, counts)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        means[empty] = points.values[np.argsort(-distances, kind="stable")[: len(empty)]]
    return means


def assign(points: NDArray[np.integer], centres: NDArray[np.int64]) -> NDArray[np.int32]:
    """Find the nearest centre of each point; of equally near ones, the first.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    centres : ndarray of int64, shape (n_clusters, d)

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    return ExactPoints(points).nearest(centres[None])[0][0]


def _squares(rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Squared length of each row, summed as whole numbers."""
    return np.einsum("ij,ij->i", rows, rows, dtype=np.int64, casting="unsafe").astype(np.float64)
