"""Exact nearest neighbours of integer points, the same on every machine."""

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.neighbors.tiles import Tiles
from mnist_clustering.resources import run_in_threads

# Queries that are compared with all points at once.
_CHUNK = 128
# Among many points, one in `_SHARE` is looked at beforehand.
_MANY = 5_000
_SHARE = 20
# All integers up to these are exact in float32 and in float64.
_EXACT = {np.dtype(np.float32): 2.0**24, np.dtype(np.float64): 2.0**53}


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

    Among many points, a sample tells a distance within which the k nearest of a query probably lie,
    and only what lies within it is sorted. A query with fewer, which is rare, or with very many,
    because of duplicates or ties, is compared with all points once more.
    """

    def __init__(self, points: NDArray[np.integer]) -> None:
        self.n, d = points.shape
        self.squares = _squares(points)
        self.longest = float(np.sqrt(self.squares.max()))
        self.columns = np.empty((d + 1, self.n), dtype=self._type(self.longest))
        self.columns[:d] = points.T
        self.columns[d] = self.squares

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
        asked = self.columns[:-1].T if queries is None else queries
        squares = self.squares if queries is None else _squares(queries)
        # Queries longer than all points may need the wider type.
        columns = self.columns.astype(
            self._type(float(np.sqrt(squares.max(initial=0)))), copy=False
        )
        rows = np.ones((len(asked), len(columns)), dtype=columns.dtype)
        np.multiply(asked, -2, out=rows[:, :-1], casting="unsafe", dtype=columns.dtype)
        indices = np.empty((len(asked), k), dtype=np.int32)
        distances = np.empty((len(asked), k), dtype=np.int64)
        left = np.ones(len(asked), dtype=np.bool_)

        def keep(
            found: NDArray[np.integer], near: NDArray[np.integer], squared: NDArray[np.integer]
        ) -> None:
            indices[found], distances[found], left[found] = near, squared, False

        if self.n >= _MANY and k * _SHARE <= self.n:
            tiles = Tiles(rows, squares, columns, n_jobs)
            limits = _limits(rows, squares, columns, k, n_jobs)
            (tiles.query_self if itself else tiles.query)(limits, k, keep)

        def search(start: int) -> None:
            some = remaining[start : start + _CHUNK]
            ranks = rows[some] @ columns
            if itself:
                ranks[np.arange(len(some)), some] = np.inf
            near, lowest = _lowest(ranks, k)
            keep(some, near, lowest.astype(np.int64) + squares[some, None])

        remaining = np.flatnonzero(left)
        run_in_threads(search, range(0, len(remaining), _CHUNK), n_jobs)
        return indices, distances

    def _type(self, reach: float) -> type[np.floating]:
        """Choose the type in which the ranks of queries up to that length are exact.

        By the Cauchy-Schwarz inequality no partial sum of a rank exceeds ``|x|^2 + 2 |q| |x|``.
        """
        largest = (self.longest + 2 * reach) * self.longest
        if largest + reach**2 >= _EXACT[np.dtype(np.float64)]:
            raise InputError(
                f"points of length {max(self.longest, reach):.0f} are too long for exact "
                "distances: use a coarser grid"
            )
        return np.float32 if largest < _EXACT[np.dtype(np.float32)] else np.float64


def _limits(
    rows: NDArray[np.floating],
    squares: NDArray[np.int64],
    columns: NDArray[np.floating],
    k: int,
    n_jobs: int,
) -> NDArray[np.floating]:
    """Say within which squared distance of each query k points are likely to be; -1 for none."""
    sample = np.ascontiguousarray(columns[:, ::_SHARE])
    # Fewer than k are nearer than this one of the sample once in some hundred times.
    rank = int(k / _SHARE + 2.5 * (k / _SHARE) ** 0.5) + 1
    limits = np.empty(len(rows), dtype=columns.dtype)

    def look(start: int) -> None:
        part = slice(start, start + _CHUNK)
        ranks = rows[part] @ sample
        limit = np.partition(ranks, rank, axis=1)[:, rank]
        crowded = (ranks <= limit[:, None]).sum(axis=1) > 2 * rank
        limits[part] = np.where(crowded, -1, limit + squares[part])

    run_in_threads(look, range(0, len(rows), _CHUNK), n_jobs)
    # Of longer queries, or farther points, the type rounds squared distances.
    exact = _EXACT[columns.dtype]
    limits[(limits >= exact) | (squares >= exact)] = -1
    return limits


def _lowest(ranks: NDArray[np.floating], k: int) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
    """Find the k lowest ranks of each row in ascending order; ties by column."""
    limit = np.partition(ranks, k - 1, axis=1)[:, k - 1]
    row, column = np.nonzero(ranks <= limit[:, None])
    values = ranks[row, column]
    order = np.lexsort((column, values, row))
    begin = np.searchsorted(row, np.arange(len(ranks)))
    chosen = order[begin[:, None] + np.arange(k)]
    return column[chosen], values[chosen]


def _squares(points: NDArray[np.integer]) -> NDArray[np.int64]:
    """Compute the squared length of each row by integer sums."""
    return np.einsum("ij,ij->i", points, points, dtype=np.int64, casting="unsafe")
