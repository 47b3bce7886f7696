"""Exact nearest neighbours of a few new images: quick to import and to start.

The same answer as `neighbors.nearest`, which is made for whole data sets and imports scikit-learn.
"""

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError

_CHUNK = 256
_GROUPS = 32
# Rounding error of one float32 operation, with room for the error of the bound itself.
_EPS = 1.01 * 2.0**-24
# Stands for a point that is not there; infinity would meet zeros and make NaN.
_NOWHERE = 1e30


class Index:
    """Integer points made ready for searches.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)

    Notes
    -----
    Distances are first computed in float32, whose error has a strict bound, and only points that
    could be among the nearest within that bound are compared exactly, in integers.
    """

    def __init__(self, points: NDArray[np.integer]) -> None:
        self.points = points
        n, d = points.shape
        # Points are dealt to groups of equal size; those that fill up the last are far off.
        self.members = -(-n // max(1, n // _GROUPS))
        rows = -(-n // self.members) * self.members
        self.rows = np.zeros((rows, d + 1), dtype=np.float32)
        self.rows[:n, :d] = points
        squares = _squares(points)
        self.rows[:n, d] = squares
        self.rows[n:, d] = _NOWHERE
        self.longest = float(np.sqrt(squares.max()))

    def nearest(
        self, queries: NDArray[np.integer], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Find the k nearest points of each query.

        Parameters
        ----------
        queries : ndarray of integers, shape (m, d)
        k : int

        Returns
        -------
        indices : ndarray of int32, shape (m, k)
            Ordered by distance, equal distances by index.
        distances : ndarray of int64, shape (m, k)
            Squared Euclidean distances, exact.

        Raises
        ------
        InputError
            If there are fewer than k points.
        """
        if not 1 <= k <= len(self.points):
            raise InputError(f"{k} neighbours were asked of {len(self.points)} images")
        indices = np.empty((len(queries), k), dtype=np.int32)
        distances = np.empty((len(queries), k), dtype=np.int64)
        for start in range(0, len(queries), _CHUNK):
            part = slice(start, start + _CHUNK)
            indices[part], distances[part] = self._search(queries[part], k)
        return indices, distances

    def _search(
        self, queries: NDArray[np.integer], k: int
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        rows, columns = self._candidates(queries, k)
        difference = self.points[columns].astype(np.int64) - queries[rows]
        exact = np.einsum("ij,ij->i", difference, difference)
        order = np.lexsort((columns, exact, rows))
        first = np.searchsorted(rows[order], np.arange(len(queries)))
        chosen = order[first[:, None] + np.arange(k)]
        return columns[chosen], exact[chosen]

    def _candidates(
        self, queries: NDArray[np.integer], k: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pairs of query and point among which the k nearest points of each query surely are."""
        m, d = queries.shape
        asked = np.ones((m, d + 1), dtype=np.float32)
        asked[:, :d] = queries
        asked[:, :d] *= -2
        # Squared distance less the query's own square, which does not change the order.
        found = asked @ self.rows.T
        lengths = np.sqrt(_squares(queries))
        error = (d + 3) * _EPS * (2 * lengths * self.longest + self.longest**2)
        groups = found.reshape(m, self.members, -1)
        # k groups hold a point at most this far, and so at least k points are.
        lowest = groups.min(axis=1)
        reach = found if lowest.shape[1] < k else lowest
        bound = np.partition(reach, k - 1, axis=1)[:, k - 1] + 2 * error
        # Rounded up, so that the comparison in float32 leaves nothing out.
        limit = np.nextafter(bound.astype(np.float32), np.float32(np.inf))[:, None]
        query, group = np.nonzero(lowest <= limit)
        reached = groups[query, :, group]
        pair, member = np.nonzero(reached <= limit[query])
        columns = member * lowest.shape[1] + group[pair]
        real = columns < len(self.points)
        return query[pair][real], columns[real]


def _squares(points: NDArray[np.integer]) -> NDArray[np.float64]:
    whole = points.astype(np.float64)
    return np.einsum("ij,ij->i", whole, whole)
