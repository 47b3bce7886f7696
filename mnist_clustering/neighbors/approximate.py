"""Approximate nearest neighbours of integer points, in time linear in their number.

Points are assigned to cells around pivots, and each is compared with the points of nearby cells.
All arithmetic is on integers, so the same neighbours are missed on every machine.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.resources import run_in_threads

# Mean number of points in a cell, and number of points that those of one cell are compared with.
_CELL = 32
_REACH = 8192


def search(
    points: NDArray[np.integer],
    queries: NDArray[np.integer] | None = None,
    *,
    k: int,
    exact_up_to: int,
    n_jobs: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find the k nearest points of each query: all of them up to so many points, else nearly all.

    Parameters
    ----------
    points, queries, k, n_jobs
        As in `nearest.nearest`.
    exact_up_to : int
        With more points than that, `approximate_nearest` searches.

    Returns
    -------
    indices, distances : ndarray of int32, shape (m, k)
        As returned by `nearest.nearest`; squared distances of features fit 32 bits.
    """
    find = nearest if len(points) <= exact_up_to else approximate_nearest
    indices, distances = find(points, queries, k=k, n_jobs=n_jobs)
    return indices, distances.astype(np.int32)


def approximate_nearest(
    points: NDArray[np.integer],
    queries: NDArray[np.integer] | None = None,
    *,
    k: int,
    n_jobs: int = 1,
    reach: int = _REACH,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Find the k nearest points of each query among those in the cells around it.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    queries : ndarray of integers, shape (m, d), optional
        By default the points themselves, none of which is its own neighbour.
    k : int
        Number of neighbours: at most n, or n - 1 without queries.
    n_jobs : int
        Number of threads, on which the result does not depend.
    reach : int
        Approximate number of points that each query is compared with; never fewer than k.

    Returns
    -------
    indices, distances
        As returned by `neighbors.nearest`. Distances are exact, but nearer points in more distant
        cells are missed.

    Raises
    ------
    InputError
        If k is not between 1 and the number of points that can be neighbours.

    Notes
    -----
    An inverted file with random pivots in place of trained centroids, after Jégou, Douze and
    Schmid, "Product quantization for nearest neighbor search", 2011. The candidates of a query
    depend only on its own cell, so one query at a time gives the same result as many at once.
    Since the mean size of a cell is fixed, the work is linear in n, except for the search for the
    nearest pivot, which is a small part.
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
        positions, squared = nearest(points[nearby], asked[rows], k=k + itself)
        neighbors = nearby[positions]
        if itself:
            neighbors, squared = _without_self(rows, neighbors, squared)
        indices[rows], distances[rows] = neighbors, squared

    run_in_threads(search, range(len(pivots)), n_jobs)
    return indices, distances


def _choose_pivots(points: NDArray[np.integer]) -> NDArray[np.integer]:
    """Draw pivots from the points, without duplicates, so that no cell is empty."""
    n = len(points)
    return np.unique(points[np.random.default_rng(0).permutation(n)[: -(-n // _CELL)]], axis=0)


def _cells(
    points: NDArray[np.integer], pivots: NDArray[np.integer], n_jobs: int
) -> list[NDArray[np.intp]]:
    """List the points of each cell: those whose nearest pivot is that of the cell."""
    cells = nearest(pivots, points, k=1, n_jobs=n_jobs)[0][:, 0]
    ends = np.cumsum(np.bincount(cells, minlength=len(pivots)))
    return np.split(np.argsort(cells, kind="stable"), ends[:-1])


def _around(
    pivots: NDArray[np.integer], members: list[NDArray[np.intp]], reach: int, n_jobs: int
) -> list[NDArray[np.int32]]:
    """List the cells around each cell, nearest first, until they hold ``reach`` points."""
    sizes = np.array([len(rows) for rows in members])
    n_cells = min(len(pivots), reach)
    order, _ = nearest(pivots, pivots, k=min(n_cells, 2 * reach // _CELL), n_jobs=n_jobs)
    return [cells[: 1 + int(np.searchsorted(np.cumsum(sizes[cells]), reach))] for cells in order]


def _without_self(
    rows: NDArray[np.intp], neighbors: NDArray[np.intp], distances: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Drop each point from its own neighbours.

    Where duplicates with lower indices have displaced the point itself, drop the last neighbour.
    """
    others = neighbors != rows[:, None]
    others[others.all(axis=1), -1] = False
    return neighbors[others].reshape(len(rows), -1), distances[others].reshape(len(rows), -1)
