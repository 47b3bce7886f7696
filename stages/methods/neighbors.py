"""Exact nearest neighbours of integer points, the same on every machine."""

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from stages.methods.errors import InputError

# Neighbours fetched beyond those wanted, among which ties at the edge are settled.
_SPARE = 4


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
        If k is not between 1 and the number of points that can be neighbours.

    Notes
    -----
    Squared distances of integers are integers. scikit-learn computes them in float64, where all
    terms stay below 2**53, so they are exact whatever the order of summation.
    """
    itself = queries is None
    candidates = len(points) - itself
    if not 1 <= k <= candidates:
        raise InputError(
            f"{k} neighbours were asked of {candidates} images: ask for 1 to {candidates}"
        )
    wanted = k + itself
    fetched = min(wanted + _SPARE, len(points))
    search = NearestNeighbors(algorithm="brute", metric="sqeuclidean", n_jobs=n_jobs)
    search.fit(points.astype(np.float64))
    asked = points if queries is None else queries
    found, indices = search.kneighbors(asked.astype(np.float64), n_neighbors=fetched)
    distances = found.astype(np.int64)
    indices = indices.astype(np.int32)
    if itself:
        distances[indices == np.arange(len(points), dtype=np.int32)[:, None]] = -1
    order = np.lexsort((indices, distances))
    indices = np.take_along_axis(indices, order, axis=1)
    distances = np.take_along_axis(distances, order, axis=1)
    # Where a tie reaches the last one fetched, points left out may be just as near.
    open_ties = np.flatnonzero(distances[:, -1] == distances[:, wanted - 1])
    for row in open_ties.tolist() if fetched < len(points) else ():
        own = row if itself else None
        indices[row], distances[row] = _compare_all(points, asked[row], fetched, own)
    return indices[:, itself:wanted].copy(), distances[:, itself:wanted].copy()


def _compare_all(
    points: NDArray[np.integer], query: NDArray[np.integer], k: int, itself: int | None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Compare one query with every point, ties by index."""
    difference = points.astype(np.int64) - query
    distances = np.einsum("ij,ij->i", difference, difference)
    if itself is not None:
        distances[itself] = -1
    order = np.argsort(distances, kind="stable")[:k]
    return order.astype(np.int32), distances[order]
