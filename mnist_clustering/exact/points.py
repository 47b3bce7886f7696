"""Exact products and distances of integer points, computed by floating-point BLAS."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

# Number of points processed at once, so few that products with some centres stay in the cache.
_BLOCK = 1500


class ExactPoints:
    """Integer points prepared for exact products in floating point.

    An inner product of integers is exact in any order of summation while no partial sum exceeds
    the range in which the type represents every integer: up to 2**24 in float32, which is twice
    as fast, and up to 2**53 in float64. By the Cauchy-Schwarz inequality no partial sum of a
    product exceeds ``|x| |c|``.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    n_jobs : int, optional
        Number of threads, on which results do not depend.

    Raises
    ------
    InputError
        If the coordinates are too large even for float64.
    """

    def __init__(self, points: NDArray[np.integer], n_jobs: int = 1) -> None:
        self.n_jobs = n_jobs
        # Kept, for to start threads takes longer than many a product; they end with this object.
        self._pool = ThreadPoolExecutor(n_jobs)
        small = points.dtype.itemsize <= 2
        self.values = np.ascontiguousarray(points, dtype=np.float32 if small else np.float64)
        self.limit = 2.0**24 if small else 2.0**53
        self.squares = squared_lengths(points)
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
        return self._reduced_distances(to, rows).T + self.squares[rows]

    def _reduced_distances(
        self, to: NDArray[np.int64], rows: NDArray[np.integer] | slice
    ) -> NDArray[np.floating]:
        """Squared distances minus the points' squared lengths, shape (len(rows), len(to))."""
        lengths = squared_lengths(to)
        reach = float(np.sqrt(lengths.max()))
        values = self.values[rows]
        if self.longest * reach >= self.limit:
            values = values.astype(np.float64)
        # Doubled beforehand, which is exact, for the product is longer than its factors.
        reduced: NDArray[Any] = values @ (-2 * to.astype(values.dtype)).T
        if (2 * self.longest + reach) * reach >= self.limit:
            reduced = reduced.astype(np.float64)
        reduced += lengths.astype(reduced.dtype)
        return reduced

    def nearest_centres(
        self, centres: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Assign each point to its nearest centre, in each of several sets of centres.

        Parameters
        ----------
        centres : ndarray of int64, shape (s, k, d)

        Returns
        -------
        labels : ndarray of int32, shape (s, n)
            Index of the nearest centre; in a tie, the lowest.
        distances : ndarray of int64, shape (s, n)
            Squared distances to it.
        """
        n_sets, k, d = centres.shape
        labels = np.empty((n_sets, len(self)), dtype=np.int32)
        distances = np.empty((n_sets, len(self)), dtype=np.int64)

        def assign(start: int) -> None:
            rows = slice(start, start + _BLOCK)
            reduced = self._reduced_distances(centres.reshape(-1, d), rows)
            reduced = reduced.reshape(-1, n_sets, k)
            nearest = reduced.argmin(axis=2, keepdims=True)
            labels[:, rows] = nearest[..., 0].T
            lowest = np.take_along_axis(reduced, nearest, axis=2)[..., 0].T
            distances[:, rows] = lowest + self.squares[rows]

        self._map(assign, range(0, len(self), _BLOCK))
        return labels, distances

    def best_of(
        self, candidates: NDArray[np.int64], nearest: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Choose, in each of several sets, the candidate that lowers distances most.

        Parameters
        ----------
        candidates : ndarray of int64, shape (s, t, d)
        nearest : ndarray of int64, shape (s, n)
            Squared distance of each point to the nearest centre of the set.

        Returns
        -------
        best : ndarray of int64, shape (s,)
            Index of the candidate; in a tie, the lowest.
        lowered : ndarray of int64, shape (s, n)
            Squared distances with this candidate among the centres.
        """
        n_sets, trials, d = candidates.shape
        distances = self.distances(candidates.reshape(-1, d)).astype(np.int64)
        lowered = np.minimum(distances.reshape(n_sets, trials, -1), nearest[:, None])
        best = lowered.sum(axis=2).argmin(axis=1)
        return best, lowered[np.arange(n_sets), best]

    def totals(
        self, weights: NDArray[np.int8], rows: NDArray[np.integer] | None = None
    ) -> NDArray[np.float64]:
        """Sum all points, or those in ``rows``, weighted by 1, 0 or -1: shape (..., d)."""
        step = min(int(self.limit // max(self.largest, 1.0)), _BLOCK)

        def add(start: int) -> NDArray[np.floating]:
            part = slice(start, start + step)
            values = self.values[part if rows is None else rows[part]]
            return weights[..., part].astype(values.dtype) @ values

        sums = np.zeros((*weights.shape[:-1], self.values.shape[1]))
        for partial in self._map(add, range(0, weights.shape[-1], step)):
            sums += partial
        return sums

    def _map(self, work: Callable[[int], Any], starts: Iterable[int]) -> list[Any]:
        if self.n_jobs == 1:
            return [work(start) for start in starts]
        return list(self._pool.map(work, starts))


def squared_lengths(rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Compute the squared length of each row by integer sums."""
    return np.einsum("ij,ij->i", rows, rows, dtype=np.int64, casting="unsafe").astype(np.float64)
