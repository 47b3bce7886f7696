"""KMeans in exact arithmetic: the same clusters, to the bit, on every machine.

Points are integers and so are the centres (rounded means), hence every inner product and every sum
is a whole number that float64 holds exactly, whatever the order of summation, the BLAS kernel or
the number of threads.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError


def check_number(n_clusters: int, n: int) -> None:
    """Refuse to make more clusters than there are points.

    Raises
    ------
    InputError
    """
    if not 1 <= n_clusters <= n:
        raise InputError(f"{n_clusters} clusters were asked of {n} images: ask for 1 to {n}")


class ExactPoints:
    """Integer points made ready for exact products in floating point.

    A product of whole numbers is exact in any order of summation while no partial sum can pass
    the largest whole number that the type holds: 2**24 in float32, which is twice as fast, and
    2**53 in float64. By Cauchy and Schwarz no partial sum of a product passes ``|x| |c|``.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)

    Raises
    ------
    InputError
        If the points are too large even for float64.
    """

    def __init__(self, points: NDArray[np.integer]) -> None:
        small = points.dtype.itemsize == 1
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
        lengths = _squares(to)
        values = self.values[rows]
        if self.longest * float(np.sqrt(lengths.max())) >= self.limit:
            values = values.astype(np.float64)
        found = (to.astype(values.dtype) @ values.T).astype(np.float64)
        found *= -2.0
        found += lengths[:, None]
        found += self.squares[rows]
        return found

    def totals(
        self, rows: NDArray[np.integer] | slice, labels: NDArray[np.int32], n_clusters: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Sum and count the points of each cluster."""
        values = self.values[rows]
        sums = np.zeros((n_clusters, values.shape[1]))
        step = int(self.limit // max(self.largest, 1.0))
        for start in range(0, len(values), step):
            part = labels[start : start + step]
            members = part == np.arange(n_clusters, dtype=np.int32)[:, None]
            sums += members.astype(values.dtype) @ values[start : start + step]
        return sums, np.bincount(labels, minlength=n_clusters)


# Leaves room for the rounding of bounds on distances, which are not whole numbers.
_SURELY = 1 - 1e-9


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
    on_start: Callable[[], object] = lambda: None,
) -> Clustering:
    """Cluster integer points: the best of several starts of Lloyd's algorithm.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    n_clusters : int
        At most n.
    n_init : int
        Starts by k-means++; the one with the lowest inertia is kept, of equal ones the first.
    max_iter : int
        Rounds of Lloyd's algorithm at most.
    seed : int
        For `numpy.random.default_rng`.
    on_start : callable, optional
        Called after each start, for a progress bar.

    Returns
    -------
    Clustering

    Raises
    ------
    InputError
        If there are more clusters than points, or the points are too large for exact products.

    Notes
    -----
    Sources: Lloyd, "Least squares quantization in PCM", 1982; Arthur and Vassilvitskii,
    "k-means++: the advantages of careful seeding", 2007, in the greedy form of scikit-learn.
    """
    check_number(n_clusters, len(points))
    exact = ExactPoints(points)
    rng = np.random.default_rng(seed)
    best: Clustering | None = None
    for _ in range(n_init):
        found = lloyd(exact, plus_plus(exact, n_clusters, rng), max_iter)
        if best is None or found.inertia < best.inertia:
            best = found
        on_start()
    assert best is not None
    return best


def plus_plus(
    points: ExactPoints,
    n_clusters: int,
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
    rng : numpy.random.Generator
    centres : ndarray of int64, shape (m, d), optional
        Centres to begin with; by default one point at random.

    Returns
    -------
    ndarray of int64, shape (n_clusters, d)
    """
    n = len(points)
    trials = 2 + int(np.log(n_clusters))
    if centres is None:
        centres = points.values[rng.integers(n, size=1)].astype(np.int64)
    nearest = points.distances(centres).min(axis=0)
    while len(centres) < n_clusters:
        cumulative = np.cumsum(nearest.astype(np.int64))
        # With fewer distinct points than clusters nothing is left to draw from: any point will do.
        drawn = rng.integers(max(int(cumulative[-1]), 1), size=trials)
        chosen = np.minimum(np.searchsorted(cumulative, drawn, side="right"), n - 1)
        candidates = points.values[chosen].astype(np.int64)
        reached = np.minimum(points.distances(candidates), nearest)
        best = int(reached.astype(np.int64).sum(axis=1).argmin())
        centres = np.concatenate([centres, candidates[best : best + 1]])
        nearest = reached[best]
    return centres


def lloyd(points: ExactPoints, centres: NDArray[np.int64], max_iter: int) -> Clustering:
    """Move centres to the rounded means of their points until no point changes cluster.

    Parameters
    ----------
    points : ExactPoints
    centres : ndarray of int64, shape (n_clusters, d)
        The start. A cluster that loses all its points takes the point that may lie farthest from
        its centre, by an upper bound on that distance.
    max_iter : int

    Returns
    -------
    Clustering

    Notes
    -----
    Points that cannot have changed cluster are passed over, by the triangle inequality: Hamerly,
    "Making k-means even faster", 2010. What is computed is the same as without.
    """
    n_clusters = len(centres)
    labels, own, other = _two_nearest(points, slice(None), centres)
    sums, counts = points.totals(slice(None), labels, n_clusters)
    n_iter = 0
    while n_iter < max_iter:
        n_iter += 1
        updated = np.rint(sums / np.maximum(counts, 1)[:, None]).astype(np.int64)
        for empty in np.flatnonzero(counts == 0):
            farthest = int(own.argmax())
            updated[empty], own[farthest] = points.values[farthest], 0
        drift = np.sqrt(_squares(updated - centres))
        centres = updated
        own += drift[labels]
        other -= drift.max()
        unsure = np.flatnonzero(own >= other * _SURELY)
        found, own[unsure], other[unsure] = _two_nearest(points, unsure, centres)
        moved = labels[unsure] != found
        if not moved.any():
            break
        # Sums of whole numbers do not drift, so only the points that moved are counted anew.
        rows = unsure[moved]
        gained = points.totals(rows, found[moved], n_clusters)
        lost = points.totals(rows, labels[rows], n_clusters)
        sums, counts = sums + gained[0] - lost[0], counts + gained[1] - lost[1]
        labels[rows] = found[moved]
    labels, distances = _nearest(points, centres)
    return Clustering(centres, labels, distances, n_iter)


def _two_nearest(
    points: ExactPoints, rows: NDArray[np.integer] | slice, centres: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Nearest centre of each point, the distance to it and that to the next."""
    distances = points.distances(centres, rows)
    labels = distances.argmin(axis=0).astype(np.int32)
    columns = np.arange(len(labels))
    own = np.sqrt(distances[labels, columns])
    distances[labels, columns] = np.inf
    return labels, own, np.sqrt(distances.min(axis=0))


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
    return _nearest(ExactPoints(points), centres)[0]


def _nearest(
    points: ExactPoints, centres: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    distances = points.distances(centres)
    return distances.argmin(axis=0).astype(np.int32), distances.min(axis=0).astype(np.int64)


def _squares(rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Squared length of each row, summed as whole numbers."""
    return np.einsum("ij,ij->i", rows, rows, dtype=np.int64, casting="unsafe").astype(np.float64)
