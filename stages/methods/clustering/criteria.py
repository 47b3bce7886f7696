"""Criteria for the number of clusters: none of them looks at a label."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.methods.clustering import kmeans
from stages.methods.clustering.lloyd import Clustering
from stages.methods.errors import InputError
from stages.methods.exact.grid import variance
from stages.methods.exact.points import ExactPoints

# The criteria, and how many decimals of each are worth writing down.
DECIMALS = {"inertia": 0, "silhouette": 6, "calinski_harabasz": 2, "davies_bouldin": 6}
# Starts for each k that go on from the sample to all points: few, for k - 1 lends a good one.
_FINALISTS = 2


def clusterings(
    points: NDArray[np.integer],
    numbers: Sequence[int],
    *,
    n_init: int,
    max_iter: int,
    seed: int,
    n_jobs: int = 1,
) -> Iterator[Clustering]:
    """Cluster with each number of clusters in turn.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    numbers : sequence of int
        Numbers of clusters, ascending.
    n_init : int
        Fresh starts for each k. From the second k on, as many more go on from the clustering
        before, enlarged by a centre drawn like those of a fresh start.
    max_iter, seed : int
    n_jobs : int
        Threads; results do not depend on them.

    Yields
    ------
    Clustering
        For each number in turn.

    Raises
    ------
    InputError
        If there is no number, or one above n.
    """
    if not numbers:
        raise InputError("elbow.k_max is below elbow.k_min: give at least one number of clusters")
    kmeans.check_number(max(numbers), len(points))
    search = kmeans.Search(points, max_iter=max_iter, seed=seed, n_jobs=n_jobs)
    before: Clustering | None = None
    for k in numbers:
        starts = search.starts(k, n_init)
        if before is not None:
            starts = np.concatenate([starts, search.starts(k, n_init, before)])
        before = search.best(starts, _FINALISTS)
        yield before


class Judge:
    """Computes the criteria of clusterings of the same points.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    sample : ndarray of integers, shape (m,)
        The points that the silhouette is computed from; its cost grows with m squared.
    """

    def __init__(self, points: NDArray[np.integer], sample: NDArray[np.integer]) -> None:
        self.sample = sample
        self.distances = on_grid(euclidean(points[sample]))
        self.total = len(points) * sum(variance(column) for column in points.T)

    def criteria(self, clustering: Clustering) -> dict[str, Any]:
        """Return k and the criteria of one clustering, by name."""
        return {
            "k": len(clustering.centres),
            "inertia": clustering.inertia,
            "silhouette": silhouette(self.distances, clustering.labels[self.sample]),
            "calinski_harabasz": calinski_harabasz(clustering, self.total),
            "davies_bouldin": davies_bouldin(clustering),
        }


def preferred(rows: Sequence[Mapping[str, Any]]) -> dict[str, int | None]:
    """Name the knee of the inertia and the best k by each other criterion; of equals the lowest.

    Parameters
    ----------
    rows : sequence of mapping
        As made by `Judge.criteria`, in ascending k.
    """
    best = {
        "silhouette": max(rows, key=lambda row: row["silhouette"]),
        "calinski_harabasz": max(rows, key=lambda row: row["calinski_harabasz"]),
        "davies_bouldin": min(rows, key=lambda row: row["davies_bouldin"]),
    }
    bend = knee([row["k"] for row in rows], [row["inertia"] for row in rows])
    return {"knee": bend} | {name: row["k"] for name, row in best.items()}


def euclidean(points: NDArray[np.integer]) -> NDArray[np.float64]:
    """All Euclidean distances of integer points, shape (n, n): one exact root each."""
    return np.sqrt(ExactPoints(points).distances(points.astype(np.int64)))


def on_grid(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale distances by a power of two and round them, so that sums of a row are exact."""
    largest = max(float(distances.max()), 1.0) * len(distances)
    return np.rint(distances * 2.0 ** (53 - np.frexp(largest)[1]))


def silhouette(distances: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Mean of how much nearer a point is to its own cluster than to the next, from -1 to 1.

    Parameters
    ----------
    distances : ndarray of float64, shape (m, m)
        As made by `on_grid`.
    labels : ndarray of integers, shape (m,)

    Returns
    -------
    float
        Equal to `sklearn.metrics.silhouette_score`; 0 where all points lie in one cluster.
    """
    clusters, own, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if len(clusters) < 2:
        return 0.0
    each = np.arange(len(labels))
    sums = distances @ (own[:, None] == np.arange(len(clusters))).astype(np.float64)
    within = sums[each, own] / np.maximum(counts[own] - 1, 1)
    means = sums / counts
    means[each, own] = np.inf
    beyond = means.min(axis=1)
    widths = (beyond - within) / np.maximum(np.maximum(beyond, within), 1.0)
    widths[counts[own] == 1] = 0.0
    return float(widths.cumsum()[-1] / len(labels))


def calinski_harabasz(clustering: Clustering, total: float) -> float:
    """Ratio of the variance between clusters to that within, the higher the better.

    Parameters
    ----------
    clustering : Clustering
    total : float
        Sum of squared distances of all points to their mean.

    Returns
    -------
    float
        Equal to `sklearn.metrics.calinski_harabasz_score` but for the rounding of the centres.
    """
    n, k = len(clustering.labels), len(clustering.centres)
    within = clustering.inertia
    return (total - within) / max(within, 1) * (n - k) / (k - 1)


def davies_bouldin(clustering: Clustering) -> float:
    """Mean likeness of each cluster to the one most like it, the lower the better.

    Parameters
    ----------
    clustering : Clustering

    Returns
    -------
    float
        Equal to `sklearn.metrics.davies_bouldin_score` but for the rounding of the centres.
    """
    radii = np.sqrt(clustering.distances.astype(np.float64))
    counts = np.bincount(clustering.labels, minlength=len(clustering.centres))
    sums = np.bincount(clustering.labels, weights=radii, minlength=len(counts))
    width = sums / np.maximum(counts, 1)
    apart = euclidean(clustering.centres)
    np.fill_diagonal(apart, np.inf)
    likeness = (width[:, None] + width) / np.maximum(apart, np.finfo(np.float64).tiny)
    return float(likeness.max(axis=1).cumsum()[-1] / len(counts))


def knee(numbers: list[int], inertias: list[int]) -> int | None:
    """Find the elbow of a falling, convex curve of inertia over k.

    Returns
    -------
    int or None
        The k of greatest curvature (`kneed`; Satopää et al., "Finding a kneedle in a haystack",
        2011), None where the curve has none.
    """
    if len(numbers) < 3:
        return None
    # Imported where it is needed: it takes a second, for it brings matplotlib along.
    from kneed import KneeLocator

    found = KneeLocator(numbers, inertias, curve="convex", direction="decreasing").knee
    return None if found is None else int(found)
