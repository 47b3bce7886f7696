"""KMeans: the best of several starts, on a sample first, against scikit-learn."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from mnist_clustering.clustering import kmeans
from mnist_clustering.errors import InputError
from tests.support.real import PIXELS
from tests.support.reference import squared_distances


def test_best_of_ten_is_as_good_as_scikit_learn():
    ours = kmeans.fit(PIXELS[:600], 10, n_init=10, max_iter=300, seed=0)
    theirs = KMeans(10, n_init=10, random_state=0).fit(PIXELS[:600].astype(float))
    assert ours.inertia <= 1.005 * theirs.inertia_


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_labels_are_the_nearest_centres(dtype):
    found = kmeans.fit(PIXELS.astype(dtype), 7, n_init=2, max_iter=50, seed=1)
    distances = squared_distances(PIXELS, found.centres)
    assert np.array_equal(found.labels, distances.argmin(axis=0))
    assert np.array_equal(found.distances, distances.min(axis=0))
    assert found.inertia == distances.min(axis=0).sum()
    assert np.array_equal(kmeans.assign(PIXELS.astype(dtype), found.centres), found.labels)


def test_more_clusters_than_distinct_points():
    found = kmeans.fit(np.ones((5, 2), dtype=np.int64), 3, n_init=1, max_iter=5, seed=0)
    assert found.inertia == 0


def test_what_cannot_be_clustered_is_refused():
    with pytest.raises(InputError, match="ask for 1 to 4"):
        kmeans.fit(PIXELS[:4], 5, n_init=1, max_iter=1, seed=0)


def test_the_search_on_a_sample_is_as_good_as_that_on_all(monkeypatch):
    def fit():
        return kmeans.fit(PIXELS, 8, n_init=8, max_iter=300, seed=0, n_jobs=2)

    whole = fit()
    monkeypatch.setattr(kmeans, "_SAMPLE", len(PIXELS) // 2)
    monkeypatch.setattr(kmeans, "_FEW", 100)
    sampled = fit()
    assert sampled.inertia <= 1.003 * whole.inertia
    distances = squared_distances(PIXELS, sampled.centres)
    assert np.array_equal(sampled.labels, distances.argmin(axis=0))
    assert np.array_equal(sampled.distances, distances.min(axis=0))
