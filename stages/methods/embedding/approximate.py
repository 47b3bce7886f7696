"""Nearly all nearest neighbours of many integer points, in a time that grows with their number.

Points are sorted into cells around pivots, and each is compared with the points of the cells
nearby. Everything is a whole number, so the same neighbours are missed on every machine.
"""

import numpy as np
from numpy.typing import NDArray

from stages.methods.embedding.neighbors import nearest
from stages.methods.errors import InputError
from stages.methods.exact.threads import spread

# Points of one cell on average, and points that those of one cell are compared with.
_CELL = 32
_REACH = 8192


def nearest_nearby(
    points: NDArray[np.integer],
    queries: NDArray[np.integer] | None = None,
    *,
    k: int,
    n_jobs: int = 1,
    reach: int = _REACH,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find the k nearest points of each query among those of the cells around it.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    queries : ndarray of integers, shape (m, d), optional
        By default the points themselves, none of which is its own neighbour.
    k : int
        At most n, or n - 1 without queries.
    n_jobs : int
        Threads; the result does not depend on it.
    reach : int
        Each query is compared with about so many points, at least with k.

    Returns
    -------
    indices, distances
        As `neighbors.nearest` returns them; the distances are exact, but nearer points that lie
        in cells farther off are missed.

    Raises
    ------
    InputError
        If k is not between 1 and the number of points that can be neighbours.

    Notes
    -----
    An inverted file with random pivots in place of trained centroids, after Jégou, Douze and
    Schmid, "Product quantization for nearest neighbor search", 2011. A query is judged by its own
    cell alone, so that searching for one or for many finds the same. With cells of a fixed size
    the work is linear in n, but for the search of the nearest pivot, which is a small part.
    """
    itself = queries is None
    candidates = len(points) - itself
    if not 1 <= k <= candidates:
        raise InputError(
            f"{k} neighbours were asked of {candidates} images: ask for 1 to {candidates}"
        )
    asked = points if queries is None else queries
    pivots = _choose_pivots(points)
    members = _cells(points, pivots, n_jobs)
    own = members if itself else _cells(asked, pivots, n_jobs)
    indices = np.empty((len(asked), k), dtype=np.int32)
    distances = np.empty((len(asked), k), dtype=np.int64)
    around = _around(pivots, members, max(reach, k + itself), n_jobs)

    def search(cell: int) -> None:
        rows = own[cell]
        if not len(rows):
            return
        nearby = np.sort(np.concatenate([members[other] for other in around[cell]]))
        found, reached = nearest(points[nearby], asked[rows], k=k + itself)
        near = nearby[found]
        if itself:
            near, reached = _without(rows, near, reached)
        indices[rows], distances[rows] = near, reached

    spread(search, range(len(pivots)), n_jobs)
    return indices, distances


def _choose_pivots(points: NDArray[np.integer]) -> NDArray[np.integer]:
    """Choose points that differ, so that no cell is empty."""
    n = len(points)
    return np.unique(points[np.random.default_rng(0).permutation(n)[: -(-n // _CELL)]], axis=0)


def _cells(
    points: NDArray[np.integer], pivots: NDArray[np.integer], n_jobs: int
) -> list[NDArray[np.intp]]:
    """List the rows of each cell, in order: those to which its pivot is the nearest."""
    cells = nearest(pivots, points, k=1, n_jobs=n_jobs)[0][:, 0]
    ends = np.cumsum(np.bincount(cells, minlength=len(pivots)))
    return np.split(np.argsort(cells, kind="stable"), ends[:-1])


def _around(
    pivots: NDArray[np.integer], members: list[NDArray[np.intp]], reach: int, n_jobs: int
) -> list[NDArray[np.int32]]:
    """List for each cell the cells around it, nearest first: ``reach`` points if they suffice."""
    sizes = np.array([len(rows) for rows in members])
    n_cells = min(len(pivots), reach)
    order, _ = nearest(pivots, pivots, k=min(n_cells, 2 * reach // _CELL), n_jobs=n_jobs)
    return [cells[: 1 + int(np.searchsorted(np.cumsum(sizes[cells]), reach))] for cells in order]


def _without(
    rows: NDArray[np.intp], found: NDArray[np.intp], distances: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Leave each row itself out, or the last one where others tie with it throughout."""
    others = found != rows[:, None]
    others[others.all(axis=1), -1] = False
    return found[others].reshape(len(rows), -1), distances[others].reshape(len(rows), -1)
