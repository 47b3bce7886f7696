"""Criteria for the number of clusters: none of them looks at a label."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from kneed import KneeLocator
from numpy.typing import NDArray
from sklearn.metrics import silhouette_score

from stages.methods import kmeans
from stages.methods.errors import InputError
from stages.methods.grid import variance

# The criteria, and how many decimals of each are worth writing down.
DECIMALS = {"inertia": 0, "silhouette": 6, "calinski_harabasz": 2, "davies_bouldin": 6}


def clusterings(
    points: NDArray[np.integer], numbers: Sequence[int], *, n_init: int, max_iter: int, seed: int
) -> Iterator[kmeans.Clustering]:
    """Cluster with each number of clusters in turn.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    numbers : sequence of int
        Numbers of clusters, ascending.
    n_init : int
        Fresh starts for each k, of which the best is kept. From the second k on it also competes
        with the clustering before, enlarged by a centre where it serves best.
    max_iter, seed : int

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
    exact = kmeans.ExactPoints(points)
    rng = np.random.default_rng(seed)
    before: kmeans.Clustering | None = None
    for k in numbers:
        starts = [kmeans.plus_plus(exact, k, rng) for _ in range(n_init)]
        if before is not None:
            starts.append(kmeans.plus_plus(exact, k, rng, before.centres))
        found = [kmeans.lloyd(exact, centres, max_iter) for centres in starts]
        before = min(found, key=lambda clustering: clustering.inertia)
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
        self.distances = euclidean(points[sample])
        self.total = len(points) * sum(variance(column) for column in points.T)

    def criteria(self, clustering: kmeans.Clustering) -> dict[str, Any]:
        """Return k and the criteria of one clustering, by name.

        The silhouette is `sklearn.metrics.silhouette_score` of the sample; 0 where all of the
        sample lies in one cluster.
        """
        labels = clustering.labels[self.sample]
        one_cluster = len(np.unique(labels)) < 2
        silhouette = 0.0
        if not one_cluster:
            silhouette = float(silhouette_score(self.distances, labels, metric="precomputed"))
        return {
            "k": len(clustering.centres),
            "inertia": clustering.inertia,
            "silhouette": silhouette,
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
    return np.sqrt(kmeans.ExactPoints(points).distances(points.astype(np.int64)))


def calinski_harabasz(clustering: kmeans.Clustering, total: float) -> float:
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


def davies_bouldin(clustering: kmeans.Clustering) -> float:
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
    found = KneeLocator(numbers, inertias, curve="convex", direction="decreasing").knee
    return None if found is None else int(found)
