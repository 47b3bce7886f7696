"""Exact nearest neighbours of integer points, the same on every machine."""

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError
from stages.methods.exact.threads import spread

# Queries that are compared with all points at once: their distances should fit the cache.
_CHUNK = 128
# Points of a group, of which only the nearest is looked at first.
_GROUP = 32
# Whole numbers up to these are exact in float32 and in float64.
_EXACT_32, _EXACT_64 = 2.0**24, 2.0**53
# Stands for a point that is not there; infinity would meet zeros and make NaN.
_NOWHERE = 1e30


def nearest(
    points: NDArray[np.integer],
    queries: NDArray[np.integer] | None = None,
    *,
    k: int,
    n_jobs: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find the k nearest points of each query, by comparing it with every point.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    queries : ndarray of integers, shape (m, d), optional
        By default the points themselves, none of which is its own neighbour.
    k : int
        At most n, or n - 1 without queries.
    n_jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    indices : ndarray of int32, shape (m, k)
        Ordered by distance, equal distances by index.
    distances : ndarray of int64, shape (m, k)
        Squared Euclidean distances, exact.

    Raises
    ------
    InputError
        If k is not between 1 and the number of points that can be neighbours, or if the numbers
        are too large for exact distances.
    """
    return Index(points).nearest(queries, k, n_jobs)


class Index:
    """Integer points made ready for searches.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)

    Notes
    -----
    Points x are ranked by |x|^2 - 2 q . x, their squared distance from the query less what is the
    same for all. All products and sums are whole numbers, exact in any order of summation as long
    as the type holds them: float32, in half the time, where the points are short enough.
    """

    def __init__(self, points: NDArray[np.integer]) -> None:
        n, d = points.shape
        # Points are dealt to groups of equal size; those that fill up the last are far off.
        self.members = -(-n // max(1, n // _GROUP))
        squares = _squares(points)
        self.n = n
        self.longest = float(np.sqrt(squares.max()))
        filled = -(-n // self.members) * self.members
        self.rows = np.zeros((filled, d + 1), dtype=self._type(self.longest))
        self.rows[:n, :d] = points
        self.rows[:n, d] = squares
        self.rows[n:, d] = _NOWHERE

    def nearest(
        self, queries: NDArray[np.integer] | None, k: int, n_jobs: int = 1
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Find the k nearest points of each query, as the function `nearest` does."""
        itself = queries is None
        candidates = self.n - itself
        if not 1 <= k <= candidates:
            raise InputError(
                f"{k} neighbours were asked of {candidates} images: ask for 1 to {candidates}"
            )
        asked = self.rows[: self.n, :-1] if queries is None else queries
        squares = self.rows[: self.n, -1].astype(np.int64) if queries is None else _squares(asked)
        # Longer queries than points may need the wider type.
        rows = self.rows.astype(self._type(float(np.sqrt(squares.max(initial=0)))), copy=False)
        indices = np.empty((len(asked), k), dtype=np.int32)
        distances = np.empty((len(asked), k), dtype=np.int64)

        def search(start: int) -> None:
            part = slice(start, start + _CHUNK)
            query = np.ones((len(asked[part]), rows.shape[1]), dtype=rows.dtype)
            query[:, :-1] = asked[part]
            query[:, :-1] *= -2
            ranks = query @ rows.T
            each = np.arange(len(ranks))
            if itself:
                # First of all, so that it can be left out below.
                ranks[each, start + each] = -np.inf
            columns, reached = self._lowest(ranks, k + itself)
            indices[part] = columns[:, itself:]
            distances[part] = reached[:, itself:].astype(np.int64) + squares[part, None]

        spread(search, range(0, len(asked), _CHUNK), n_jobs)
        return indices, distances

    def _type(self, reach: float) -> type[np.floating]:
        """Choose the type that holds every rank of queries of at most that length.

        By Cauchy and Schwarz no partial sum of a rank passes |x|^2 + 2 |q| |x|.
        """
        largest = (self.longest + 2 * reach) * self.longest
        if largest + reach**2 >= _EXACT_64:
            raise InputError(
                f"points of length {max(self.longest, reach):.0f} are too long for exact "
                "distances: use a coarser grid"
            )
        return np.float32 if largest < _EXACT_32 else np.float64

    def _lowest(
        self, ranks: NDArray[np.floating], k: int
    ) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Find the k lowest ranks of each row, in order, equal ones by column."""
        groups = ranks.reshape(len(ranks), self.members, -1)
        first = groups.min(axis=1)
        # k groups have a point at most this far off, and so at least k points are.
        judged = first if first.shape[1] >= k else ranks
        limit = np.partition(judged, k - 1, axis=1)[:, k - 1]
        row, group = np.nonzero(first <= limit[:, None])
        near = groups[row, :, group]
        pair, member = np.nonzero(near <= limit[row, None])
        rows, columns = row[pair], member * first.shape[1] + group[pair]
        found = near[pair, member]
        order = np.lexsort((columns, found, rows))
        begin = np.searchsorted(rows, np.arange(len(ranks)))
        chosen = order[begin[:, None] + np.arange(k)]
        return columns[chosen], found[chosen]


def _squares(points: NDArray[np.integer] | NDArray[np.floating]) -> NDArray[np.int64]:
    """Squared length of each row, summed as whole numbers."""
    return np.einsum("ij,ij->i", points, points, dtype=np.int64, casting="unsafe")
