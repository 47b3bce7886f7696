"""Exact nearest neighbours of integer points, the same on every machine."""

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError
from stages.methods.exact.threads import spread

# Number of queries compared with all points at once: their distances should fit into the cache.
_CHUNK = 128
# Number of points in a group, of which only the nearest is considered at first.
_GROUP = 32
# All integers up to these are exact in float32 and in float64.
_EXACT_32, _EXACT_64 = 2.0**24, 2.0**53
# Squared length of a padding point; infinity times zero would give NaN.
_NOWHERE = 1e30


def needed(perplexity: float) -> int:
    """Return how many neighbours of each point t-SNE needs: three times the perplexity.

    Source: van der Maaten, "Accelerating t-SNE using tree-based algorithms", 2014.

    Examples
    --------
    >>> needed(20)
    60
    """
    return int(3 * perplexity)


def nearest(
    points: NDArray[np.integer],
    queries: NDArray[np.integer] | None = None,
    *,
    k: int,
    n_jobs: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find the k nearest points of each query by exhaustive comparison.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    queries : ndarray of integers, shape (m, d), optional
        By default the points themselves, none of which is its own neighbour.
    k : int
        Number of neighbours: at most n, or n - 1 without queries.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    indices : ndarray of int32, shape (m, k)
        Ordered by distance; ties by index.
    distances : ndarray of int64, shape (m, k)
        Squared Euclidean distances, exact.

    Raises
    ------
    InputError
        If k is not between 1 and the number of points that can be neighbours, or if coordinates
        are too large for exact distances.

    Examples
    --------
    >>> indices, distances = nearest(np.array([[0], [3], [4], [9]]), k=2)
    >>> indices.tolist()
    [[1, 2], [2, 0], [1, 0], [2, 1]]
    >>> distances[0].tolist()
    [9, 16]
    """
    return Index(points).nearest(queries, k, n_jobs)


class Index:
    """Integer points prepared for exhaustive nearest-neighbour search.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)

    Notes
    -----
    Points x are ranked by ``|x|^2 - 2 q . x``, their squared distance from the query q minus
    ``|q|^2``, which is the same for all. Products and sums are integers, exact in any order of
    summation while the type represents them: float32, which takes half the time, if the points
    are short enough, or else float64.
    """

    def __init__(self, points: NDArray[np.integer]) -> None:
        n, d = points.shape
        # Points are dealt to groups of equal size; padding points, which are far from every
        # query, fill up the last ones.
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
        """Find the k nearest points of each query, like the function `nearest`."""
        itself = queries is None
        candidates = self.n - itself
        if not 1 <= k <= candidates:
            raise InputError(
                f"{k} neighbours were asked of {candidates} images: ask for 1 to {candidates}"
            )
        asked = self.rows[: self.n, :-1] if queries is None else queries
        squares = self.rows[: self.n, -1].astype(np.int64) if queries is None else _squares(asked)
        # Queries longer than all points may need the wider type.
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
                # Each point comes first in its own row, where it is dropped below.
                ranks[each, start + each] = -np.inf
            columns, lowest = self._lowest(ranks, k + itself)
            indices[part] = columns[:, itself:]
            distances[part] = lowest[:, itself:].astype(np.int64) + squares[part, None]

        spread(search, range(0, len(asked), _CHUNK), n_jobs)
        return indices, distances

    def _type(self, reach: float) -> type[np.floating]:
        """Choose the type in which the ranks of queries up to that length are exact.

        By the Cauchy-Schwarz inequality no partial sum of a rank exceeds ``|x|^2 + 2 |q| |x|``.
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
        """Find the k lowest ranks of each row in ascending order; ties by column."""
        groups = ranks.reshape(len(ranks), self.members, -1)
        first = groups.min(axis=1)
        # The k-th lowest of the groups' minima: at least k points rank no higher than it.
        bounding = first if first.shape[1] >= k else ranks
        limit = np.partition(bounding, k - 1, axis=1)[:, k - 1]
        row, group = np.nonzero(first <= limit[:, None])
        near = groups[row, :, group]
        pair, member = np.nonzero(near <= limit[row, None])
        rows, columns = row[pair], member * first.shape[1] + group[pair]
        values = near[pair, member]
        order = np.lexsort((columns, values, rows))
        begin = np.searchsorted(rows, np.arange(len(ranks)))
        chosen = order[begin[:, None] + np.arange(k)]
        return columns[chosen], values[chosen]


def _squares(points: NDArray[np.integer] | NDArray[np.floating]) -> NDArray[np.int64]:
    """Compute the squared length of each row by integer sums."""
    return np.einsum("ij,ij->i", points, points, dtype=np.int64, casting="unsafe")
