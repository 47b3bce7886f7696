"""KMeans in exact arithmetic: the same clusters, to the bit, on every machine."""

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from stages.methods.clustering.lloyd import (
    Clustering,
    lloyd,
    members_of,
    plus_plus,
    rounded_means,
)
from stages.methods.errors import InputError
from stages.methods.exact import pca
from stages.methods.exact.points import ExactPoints

# Starts are tried on this many points, in this many dimensions; the best go on to all of them.
_SAMPLE = 12_000
_COMPONENTS = 48
_FINALISTS = 4
# Below this many points there is no time to be won with fewer dimensions.
_FEW = 1000
# A round that lowers the inertia by less than this share of it is the last one.
_SAMPLE_TOLERANCE = 1e-5
_TOLERANCE = 1e-4
_STARTS = 32


def check_number(n_clusters: int, n: int) -> None:
    """Refuse to make more clusters than there are points.

    Raises
    ------
    InputError
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
    """Cluster integer points: the best of several starts of Lloyd's algorithm.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    n_clusters : int
        At most n.
    n_init : int
        Starts by k-means++, of which the best is sought as in `Search`.
    max_iter : int
        Rounds of Lloyd's algorithm at most, on the sample and again on all points.
    seed : int
        Of the sample and of the starts.
    n_jobs : int
        Threads; results do not depend on them.

    Returns
    -------
    Clustering

    Raises
    ------
    InputError
        If there are more clusters than points, or the points are too large for exact products.
    """
    check_number(n_clusters, len(points))
    search = Search(points, max_iter=max_iter, seed=seed, n_jobs=n_jobs)
    return search.best(search.starts(n_clusters, n_init), _FINALISTS)


class Search:
    """Seeks good clusterings of many points among those of a sample of them.

    A round of Lloyd's algorithm on the sample, of images in their principal components, costs a
    fraction of one on all points, and leads to much the same clusters. So each start is followed
    on the sample, and only the best of them go on to all points, where few rounds are left to do.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    max_iter, seed, n_jobs : int
        As in `fit`.
    """

    def __init__(
        self, points: NDArray[np.integer], *, max_iter: int, seed: int, n_jobs: int
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.max_iter = max_iter
        self.points = ExactPoints(points, n_jobs)
        self.drawn = np.sort(self.rng.permutation(len(points))[:_SAMPLE])
        self.sample = ExactPoints(_simplified(points[self.drawn]), n_jobs)

    def starts(
        self, n_clusters: int, n_starts: int, before: Clustering | None = None
    ) -> NDArray[np.int64]:
        """Choose starts from the sample, by k-means++.

        Parameters
        ----------
        n_clusters, n_starts : int
        before : Clustering, optional
            A clustering to go on from: its centres stay, and others join them.

        Returns
        -------
        ndarray of int64, shape (n_starts, n_clusters, the sample's dimensions)
        """
        centres = None
        if before is not None:
            members = members_of(before.labels[self.drawn], len(before.centres))
            centres = rounded_means(self.sample.totals(members), members.sum(axis=1))
        with threadpool_limits(1, "blas"):
            found = [
                plus_plus(self.sample, n_clusters, min(_STARTS, left), self.rng, centres)
                for left in range(n_starts, 0, -_STARTS)
            ]
        return np.concatenate(found)

    def best(self, starts: NDArray[np.int64], n_finalists: int) -> Clustering:
        """Return the clustering with the lowest inertia that the starts lead to.

        Parameters
        ----------
        starts : ndarray of int64, shape (n_starts, n_clusters, the sample's dimensions)
        n_finalists : int
            Starts that go on to all points at most.
        """
        # The threads are those of `ExactPoints`; those of BLAS would get in their way.
        with threadpool_limits(1, "blas"):
            ended = lloyd(self.sample, starts, self.max_iter, _SAMPLE_TOLERANCE)
            # Starts that end at the same place are one.
            tried = {clustering.inertia: clustering for clustering in ended}
            labels = np.stack([tried[inertia].labels for inertia in sorted(tried)[:n_finalists]])
            members = members_of(labels, starts.shape[1])
            centres = rounded_means(self.points.totals(members, self.drawn), members.sum(axis=2))
            finished = lloyd(self.points, centres, self.max_iter, _TOLERANCE)
        return min(finished, key=lambda clustering: clustering.inertia)


def _simplified(points: NDArray[np.integer]) -> NDArray[np.integer]:
    """Describe images by fewer numbers that keep most of their distances."""
    if points.dtype != np.uint8 or points.shape[1] <= _COMPONENTS or len(points) < _FEW:
        return points
    pixels = points.astype(np.uint8, copy=False)
    return pca.transform(pca.fit(pixels, _COMPONENTS), pixels)


def assign(points: NDArray[np.integer], centres: NDArray[np.int64]) -> NDArray[np.int32]:
    """Find the nearest centre of each point; of equally near ones, the first.

    Parameters
    ----------
    points : ndarray of integers, shape (n, d)
    centres : ndarray of int64, shape (n_clusters, d)

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    return ExactPoints(points).nearest(centres[None])[0][0]
