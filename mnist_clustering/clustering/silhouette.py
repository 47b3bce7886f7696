"""The silhouette: how much nearer points are to their own cluster than to the next one."""

import numpy as np
from numpy.typing import NDArray


def on_grid(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale distances by a power of two and round them, so that the sum of a row is exact."""
    largest = max(float(distances.max()), 1.0) * len(distances)
    scaled = distances * 2.0 ** (53 - np.frexp(largest)[1])
    return np.rint(scaled, out=scaled)


def silhouette(distances: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Compute the mean silhouette, which compares distances within and between clusters.

    The silhouette of a point is (b - a) / max(a, b), where a is its mean distance to the other
    points of its cluster and b the lowest mean distance to the points of another cluster.

    Parameters
    ----------
    distances : ndarray of float64, shape (m, m)
        As returned by `on_grid`.
    labels : ndarray of integers, shape (m,)

    Returns
    -------
    float
        From -1 to 1, equal to `sklearn.metrics.silhouette_score`; 0 if all points are in one
        cluster. Source: Rousseeuw, "Silhouettes", 1987.

    Examples
    --------
    >>> from mnist_clustering.clustering.criteria import euclidean
    >>> points = np.array([[0], [1], [9], [10]])
    >>> round(silhouette(on_grid(euclidean(points)), np.array([0, 0, 1, 1])), 4)
    0.8885
    """
    own = np.unique(labels, return_inverse=True)[1]
    counts = np.bincount(own)
    if len(counts) < 2:
        return 0.0
    each = np.arange(len(own))
    # Exact, as whole numbers that are not too large.
    sums = distances @ (own[:, None] == np.arange(len(counts))).astype(np.float64)
    within = sums[each, own] / np.maximum(counts[own] - 1, 1)
    means = sums / counts
    means[each, own] = np.inf
    beyond = means.min(axis=1)
    widths = (beyond - within) / np.maximum(np.maximum(beyond, within), 1.0)
    widths[counts[own] == 1] = 0.0
    return float(widths.cumsum()[-1] / len(own))
