"""KMeans in exact arithmetic: the same clusters, to the bit, on every machine."""

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mnist_clustering.clustering.lloyd import (
    Clustering,
    kmeans_plus_plus,
    lloyd,
    members_of,
    rounded_means,
)
from mnist_clustering.errors import InputError
from mnist_clustering.exact import pca
from mnist_clustering.exact.points import ExactPoints

# Initializations are run on a sample of this many points in this many dimensions; the best
# finalists continue on all points in all dimensions.
_SAMPLE = 12_000
_COMPONENTS = 48
_FINALISTS = 4
# With fewer points than this, fewer dimensions save no time.
_FEW = 1000
# The first iteration that lowers the inertia by a smaller share than this is the last one.
_SAMPLE_TOLERANCE = 1e-5
_TOLERANCE = 1e-4
# Number of initializations drawn at once.
_STARTS = 32
# Centres of all initializations together from which compiled code saves more than it takes to load.
_MANY = 1000


def check_number(n_clusters: int, n: int) -> None:
    """Refuse numbers of clusters below 1 or above the number of points.

    Raises
    ------
    InputError
        If ``n_clusters`` is not between 1 and n.
    """
    if not 1 <= n_clusters <= n:
        raise InputError(f"{n_clusters} clusters were asked of {n} images: ask for 1 to {n}")


def fit(
    points: NDArray[np.integer],
    n_clusters: int,
    *,
    n_init: int,
    max_iter: int,
    seed: int,
    n_jobs: int = 1,
) -> Clustering:
    """Cluster integer points by Lloyd's algorithm, from several initializations.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    n_clusters : int
        At most n.
    n_init : int
        Number of k-means++ initializations, of which the best is chosen as described in `Search`.
    max_iter : int
        Maximum number of iterations of Lloyd's algorithm, on the sample and again on all points.
    seed : int
        Seed of the sample and of the initializations.
    n_jobs : int
        Number of threads, on which results do not depend.

    Returns
    -------
    Clustering

    Raises
    ------
    InputError
        If there are more clusters than points, or if coordinates are too large for exact products.

    Examples
    --------
    >>> points = np.array([[0, 0], [0, 2], [90, 90], [90, 92]])
    >>> clustering = fit(points, 2, n_init=3, max_iter=10, seed=0)
    >>> sorted(clustering.centres.tolist())
    [[0, 1], [90, 91]]
    >>> clustering.inertia
    4
    """
    check_number(n_clusters, len(points))
    many = n_clusters * n_init >= _MANY
    search = Search(points, max_iter=max_iter, seed=seed, n_jobs=n_jobs, many=many)
    return search.best(search.starts(n_clusters, n_init), _FINALISTS)


class Search:
    """Finds good clusterings of many points by first clustering a sample of them.

    An iteration of Lloyd's algorithm on the sample (for images, on its principal components)
    costs a fraction of one on all points and leads to nearly the same clusters. Each
    initialization is therefore run on the sample, and only the best continue on all points, where
    few iterations remain.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    max_iter, seed, n_jobs : int
        As in `fit`.
    many : bool
        Whether so many centres will be asked for that it pays to load compiled code for points of
        few coordinates; results do not depend on it.
    """

    def __init__(
        self, points: NDArray[np.integer], *, max_iter: int, seed: int, n_jobs: int, many: bool
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.max_iter = max_iter
        of_points = ExactPoints
        if many and points.shape[1] <= 3 and len(points) >= _SAMPLE:
            from mnist_clustering.exact.plane import PlanePoints

            of_points = PlanePoints
        self.points = of_points(points, n_jobs)
        self.drawn = np.sort(self.rng.permutation(len(points))[:_SAMPLE])
        self.sample = of_points(_simplified(points[self.drawn]), n_jobs)

    def starts(
        self, n_clusters: int, n_starts: int, before: Clustering | None = None
    ) -> NDArray[np.int64]:
        """Initialize centres on the sample by k-means++.

        Parameters
        ----------
        n_clusters, n_starts : int
        before : Clustering, optional
            A clustering to extend: its centres are kept, and others are added.

        Returns
        -------
        ndarray of int64, shape (n_starts, n_clusters, the sample's dimensions)
        """
        centres = None
        if before is not None:
            members = members_of(before.labels[self.drawn], len(before.centres))
            centres = rounded_means(self.sample.totals(members), members.sum(axis=1))
        with threadpool_limits(1, "blas"):
            drawn = [
                kmeans_plus_plus(self.sample, n_clusters, min(_STARTS, left), self.rng, centres)
                for left in range(n_starts, 0, -_STARTS)
            ]
        return np.concatenate(drawn)

    def best(self, starts: NDArray[np.int64], n_finalists: int) -> Clustering:
        """Return the clustering of lowest inertia that the initializations lead to.

        Parameters
        ----------
        starts : ndarray of int64, shape (n_starts, n_clusters, the sample's dimensions)
        n_finalists : int
            Maximum number of solutions on the sample that continue on all points.
        """
        # `ExactPoints` has its own threads; those of BLAS would compete with them.
        with threadpool_limits(1, "blas"):
            solutions = lloyd(self.sample, starts, self.max_iter, _SAMPLE_TOLERANCE)
            # Solutions of equal inertia are taken to be the same.
            distinct = {clustering.inertia: clustering for clustering in solutions}
            best = sorted(distinct)[:n_finalists]
            labels = np.stack([distinct[inertia].labels for inertia in best])
            members = members_of(labels, starts.shape[1])
            centres = rounded_means(self.points.totals(members, self.drawn), members.sum(axis=2))
            finished = lloyd(self.points, centres, self.max_iter, _TOLERANCE)
        return min(finished, key=lambda clustering: clustering.inertia)


def _simplified(points: NDArray[np.integer]) -> NDArray[np.integer]:
    """Reduce images to their leading principal components; return other points unchanged."""
    if points.dtype != np.uint8 or points.shape[1] <= _COMPONENTS or len(points) < _FEW:
        return points
    pixels = points.astype(np.uint8, copy=False)
    return pca.transform(pca.fit(pixels, _COMPONENTS), pixels)


def assign(points: NDArray[np.integer], centres: NDArray[np.int64]) -> NDArray[np.int32]:
    """Assign each point to its nearest centre; in a tie, to the one of lowest index.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    centres : ndarray of int64, shape (n_clusters, d)

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    return ExactPoints(points).nearest_centres(centres[None])[0][0]
