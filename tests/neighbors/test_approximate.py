"""What approximate search misses, and what it does not."""

import numpy as np
import pytest

from mnist_clustering.neighbors.approximate import approximate_nearest
from mnist_clustering.neighbors.nearest import nearest
from tests.support.real import PIXELS


@pytest.fixture(scope="module")
def features(train):
    """Points, and 100 other images as queries."""
    return train[:1200], train[1200:1300]


def test_approximate_search_with_full_reach_is_exact(features):
    points, queries = features
    for asked in (None, queries):
        found, expected = approximate_nearest(points, asked, k=12), nearest(points, asked, k=12)
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("own", [True, False])
def test_approximate_search_misses_few_and_gives_true_distances(features, own):
    points, queries = features
    asked = points if own else queries
    indices, distances = approximate_nearest(points, None if own else queries, k=10, reach=300)
    exact, _ = nearest(points, None if own else queries, k=10)
    pairs = zip(indices, exact, strict=True)
    recall = np.mean([len(np.intersect1d(a, b)) / 10 for a, b in pairs])
    assert 0.9 < recall < 1
    difference = asked[:, None].astype(np.int64) - points[indices]
    assert np.array_equal(distances, (difference**2).sum(axis=2))
    assert (np.diff(distances, axis=1) >= 0).all()
    assert not own or (indices != np.arange(len(points))[:, None]).all()
    assert (indices.dtype, distances.dtype) == (np.int32, np.int64)


def test_approximate_search_finds_enough_among_duplicates():
    points = np.repeat(PIXELS[:3], 200, axis=0)
    indices, distances = approximate_nearest(points, k=250, reach=1)
    assert not distances[:, :199].any()
    assert distances[:, 199:].all()
    assert all(len(set(row)) == 250 and i not in row for i, row in enumerate(indices.tolist()))
