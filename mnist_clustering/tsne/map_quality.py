"""How well a map preserves the neighbourhoods of the images."""

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.resources import run_in_threads

N_NEIGHBORS = 10
# Images that are averaged over.
_SAMPLE = 5000
_CHUNK = 256


def measure(
    positions: NDArray[np.integer],
    indices: NDArray[np.int32],
    points: NDArray[np.integer],
    n_jobs: int = 1,
) -> dict[str, float]:
    """Measure both, by name, on a sample of the images of shape (n, d), the same each time."""
    sample = fixed_sample(len(points), _SAMPLE)
    return {
        "neighbor_recall": neighbor_recall(positions, indices, sample, n_jobs),
        "trustworthiness": trustworthiness(positions[sample], points[sample], n_jobs),
    }


def neighbor_recall(
    positions: NDArray[np.integer],
    indices: NDArray[np.int32],
    sample: NDArray[np.integer],
    n_jobs: int = 1,
) -> float:
    """Compute the share of the 10 nearest neighbours in feature space preserved on the map.

    Parameters
    ----------
    positions : ndarray of integers, shape (n, n_dims)
        The map, on its grid.
    indices : ndarray of int32, shape (n, k >= 10)
        Nearest neighbours in feature space, nearest first.
    sample : ndarray of integers, shape (m,)
        The images to average over; their neighbours are sought among all n.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    float
        Between 0 and 1.
    """
    on_map, _ = nearest(positions, positions[sample], k=N_NEIGHBORS + 1, n_jobs=n_jobs)
    kept = 0
    for row, image in enumerate(sample):
        others = on_map[row][on_map[row] != image][:N_NEIGHBORS]
        kept += len(np.intersect1d(others, indices[image, :N_NEIGHBORS]))
    return kept / (len(sample) * N_NEIGHBORS)


def trustworthiness(
    positions: NDArray[np.integer], points: NDArray[np.integer], n_jobs: int = 1
) -> float:
    """Compute trustworthiness, which penalises map neighbours that are far in feature space.

    Equal to `sklearn.manifold.trustworthiness` with 10 neighbours, except that tied distances
    share the best rank, so that the result does not depend on a sorting algorithm.

    Parameters
    ----------
    positions : ndarray of integers, shape (n, n_dims)
        The map, on its grid.
    points : ndarray of integers, shape (n, d)
        The same images in feature space; the cost grows with the square of n.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    float
        Between 0 and 1. Source: Venna and Kaski, "Neighborhood preservation in nonlinear
        projection methods", 2001.
    """
    n = len(points)
    on_map, _ = nearest(positions, k=N_NEIGHBORS, n_jobs=n_jobs)
    values = points.astype(np.float64)
    squares = np.einsum("ij,ij->i", values, values)

    def penalty(start: int) -> int:
        rows = np.arange(start, min(start + _CHUNK, n))
        distances = squares - 2.0 * (values[rows] @ values.T)
        # Each image comes first in its own row, so that its nearest neighbour has rank 1.
        distances[np.arange(len(rows)), rows] = -np.inf
        reached = np.take_along_axis(distances, on_map[rows], axis=1)
        ranks = np.stack([(distances < one[:, None]).sum(axis=1) for one in reached.T])
        return int(np.maximum(ranks - N_NEIGHBORS, 0).sum())

    total = sum(run_in_threads(penalty, range(0, n, _CHUNK), n_jobs))
    return 1.0 - 2.0 * total / (n * N_NEIGHBORS * (2 * n - 3 * N_NEIGHBORS - 1))
