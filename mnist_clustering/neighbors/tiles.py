"""Pairs of queries and points within given distances, tile by tile, in exact arithmetic.

A tile holds the squared distances of some queries from some points: large enough for fast products,
small enough for the cache. Only what lies within the limit of its query is kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.resources import run_in_threads

# Queries and points of a tile. Points are a multiple of queries, so that no block of queries
# belongs to two bands of points.
_QUERIES = 512
_POINTS = 12 * _QUERIES
# A row within a band, a distance below 2^24 and a point are sorted as one number.
_DISTANCE_BITS, _POINT_BITS = 24, 26

# Takes rows of queries, and the indices and squared distances of the k points nearest to each.
Keep = Callable[[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]], None]


class Hits(NamedTuple):
    """Pairs in any order: rows of queries, indices of points, and their squared distances."""

    rows: NDArray[np.integer]
    points: NDArray[np.integer]
    distances: NDArray[np.floating]


class Tiles:
    """The squared distances of all queries from all points, some at once.

    Parameters
    ----------
    queries : ndarray of floats, shape (m, d + 1)
        Coordinates times -2, and 1.
    lengths : ndarray of integers, shape (m,)
        Squared length of each query.
    columns : ndarray of floats, shape (d + 1, n)
        Coordinates of the points, one point a column, and their squared lengths. In this type the
        products of queries and columns are exact.
    n_jobs : int
        Number of threads.
    """

    def __init__(
        self,
        queries: NDArray[np.floating],
        lengths: NDArray[np.integer],
        columns: NDArray[np.floating],
        n_jobs: int,
    ) -> None:
        self.queries, self.columns, self.n_jobs = queries, columns, n_jobs
        self.lengths = lengths.astype(columns.dtype)[:, None]
        self._spare: SimpleQueue[NDArray[Any]] = SimpleQueue()
        for _ in range(n_jobs):
            self._spare.put(np.empty(_QUERIES * _POINTS, dtype=columns.dtype))

    @contextmanager
    def _tile(self, rows: slice, points: slice) -> Iterator[NDArray[np.floating]]:
        """Squared distances of some queries from some points; too long ones may be rounded."""
        shape = (rows.stop - rows.start, points.stop - points.start)
        memory = self._spare.get()
        tile = memory[: shape[0] * shape[1]].reshape(shape)
        np.matmul(self.queries[rows], self.columns[:, points], out=tile)
        tile += self.lengths[rows]
        yield tile
        self._spare.put(memory)

    def query(self, limits: NDArray[np.floating], k: int, keep: Keep) -> None:
        """Find the k nearest points of each query that has so many within its limit.

        Parameters
        ----------
        limits : ndarray of floats, shape (m,)
            Squared distances that the type represents exactly; -1 for a query to be left out.
        keep : callable
            Called with what was found.
        """
        n = self.columns.shape[1]

        def search(start: int) -> None:
            rows = slice(start, min(start + _QUERIES, len(limits)))
            near = []
            for first in range(0, n, _POINTS):
                points = slice(first, min(first + _POINTS, n))
                with self._tile(rows, points) as tile:
                    near.append(_near(tile, limits[rows, None], rows, points))
            _finish(near, rows, k, keep)

        run_in_threads(search, range(0, len(limits), _QUERIES), self.n_jobs)

    def query_self(self, limits: NDArray[np.floating], k: int, keep: Keep) -> None:
        """Find the k nearest of the other points where queries and points are the same.

        The distance of a pair, which takes most of the time, is computed once for both. Parameters
        are those of `query`.
        """
        n = len(limits)
        bands = [slice(first, min(first + _POINTS, n)) for first in range(0, n, _POINTS)]
        near: list[list[Hits]] = [[] for _ in bands]

        def measure(start: int) -> None:
            rows = slice(start, min(start + _QUERIES, n))
            own = start // _POINTS
            for band in range(own, len(bands)):
                points = slice(max(bands[band].start, start), bands[band].stop)
                inside = rows.stop - rows.start if band == own else 0
                with self._tile(rows, points) as tile:
                    np.fill_diagonal(tile[:, :inside], np.inf)
                    near[own].append(_near(tile, limits[rows, None], rows, points))
                    # Within the diagonal block, rows have seen both already.
                    beyond = slice(points.start + inside, points.stop)
                    back = _near(tile[:, inside:], limits[beyond], rows, beyond)
                near[band].append(Hits(back.points, back.rows, back.distances))

        def side_by_side(tasks: list[Callable[[], None]]) -> None:
            run_in_threads(lambda number: tasks[number](), range(len(tasks)), self.n_jobs)

        # Nothing is added to a band once its own rows are done, so that its pairs, most of the
        # memory, are given back while the next ones are measured.
        done: list[Callable[[], None]] = []
        for first in range(0, len(bands), self.n_jobs):
            some = range(first, min(first + self.n_jobs, len(bands)))
            starts = range(bands[some[0]].start, bands[some[-1]].stop, _QUERIES)
            side_by_side([*done, *(partial(measure, start) for start in starts)])
            done = [partial(_finish, near[band], bands[band], k, keep) for band in some]
        side_by_side(done)


def _near(
    tile: NDArray[np.floating], limits: NDArray[np.floating], rows: slice, points: slice
) -> Hits:
    """List the pairs of a tile within the limits of its rows, or of its columns."""
    row, column = np.divmod(np.flatnonzero(tile <= limits).astype(np.int32), tile.shape[1])
    return Hits(row + np.int32(rows.start), column + np.int32(points.start), tile[row, column])


def _finish(near: list[Hits], rows: slice, k: int, keep: Keep) -> None:
    """Sort the pairs of some queries, and keep the k nearest points of those that have so many."""
    hits = Hits(*(np.concatenate(parts) for parts in zip(*near, strict=True)))
    row, point, distance = hits.rows - rows.start, hits.points, hits.distances.astype(np.int64)
    near.clear()
    counts = np.bincount(row, minlength=rows.stop - rows.start)
    begin = np.cumsum(counts) - counts
    enough = np.flatnonzero(counts >= k)
    chosen = begin[enough, None] + np.arange(k)
    if hits.distances.dtype == np.float32:
        packed = row.astype(np.int64) << (_DISTANCE_BITS + _POINT_BITS)
        packed |= (distance << _POINT_BITS) | point
        packed.sort()
        first = packed[chosen]
        indices = first & ((1 << _POINT_BITS) - 1)
        distances = (first >> _POINT_BITS) & ((1 << _DISTANCE_BITS) - 1)
    else:
        order = np.lexsort((point, distance, row))[chosen]
        indices, distances = point[order], distance[order]
    keep(enough + rows.start, indices, distances)
