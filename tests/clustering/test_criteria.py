"""Criteria of k against scikit-learn, choices of hand-made rows, and clusterings that coincide."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kneed import KneeLocator
from sklearn import metrics

from mnist_clustering.clustering import criteria, kmeans
from tests.support.real import PIXELS


def test_criteria_are_those_of_scikit_learn():
    found = list(criteria.clusterings(PIXELS, range(2, 6), n_init=1, max_iter=100, seed=0))
    sample = np.arange(0, len(PIXELS), 3)
    judge = criteria.Judge(PIXELS, sample)
    values = PIXELS.astype(float)
    assert [len(clustering.centres) for clustering in found] == list(range(2, 6))
    assert all(b.inertia < a.inertia for a, b in itertools.pairwise(found))
    for clustering in found:
        row = judge.criteria(clustering)
        labels = clustering.labels
        assert row["silhouette"] == pytest.approx(
            metrics.silhouette_score(values[sample], labels[sample]), abs=1e-9
        )
        expected = metrics.calinski_harabasz_score(values, labels)
        assert row["calinski_harabasz"] == pytest.approx(expected, rel=1e-3)
        expected = metrics.davies_bouldin_score(values, labels)
        assert row["davies_bouldin"] == pytest.approx(expected, rel=1e-3)


def rows(**columns):
    columns = {"k": [2, 3, 4, 5, 6], "inertia": [1000, 300, 280, 265, 255]} | columns
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_each_criterion_has_its_own_best_and_of_equals_the_lowest():
    table = rows(
        silhouette=[0.1, 0.5, 0.5, 0.2, 0.4],
        calinski_harabasz=[5.0, 6.0, 9.0, 9.0, 1.0],
        davies_bouldin=[3.0, 2.0, 2.5, 0.5, 0.5],
    )
    assert criteria.preferred(table) == {
        "knee": 3,
        "silhouette": 3,
        "calinski_harabasz": 4,
        "davies_bouldin": 5,
    }


def test_a_short_curve_and_a_straight_one_have_no_knee():
    assert criteria.knee([2, 3], [9, 4]) is None
    assert criteria.knee([2, 3, 4, 5, 6], [50, 40, 30, 20, 10]) is None
    assert criteria.knee([2, 3, 4, 5, 6], [7] * 5) is None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.integers(3, 25), st.floats(0.2, 4))
def test_the_knee_is_that_of_kneed(seed, n, bend):
    rng = np.random.default_rng(seed)
    numbers = np.cumsum(rng.integers(1, 3, n)).tolist()
    falls = np.sort(rng.exponential(1, n))[::-1] ** bend
    falls += rng.random(n) * falls.mean() * (seed % 2)  # Half of them are not quite convex.
    inertias = np.rint(1e9 * (falls.sum() - falls.cumsum())).astype(int).tolist()
    expected = KneeLocator(numbers, inertias, curve="convex", direction="decreasing").knee
    assert criteria.knee(numbers, inertias) == expected


def test_heaps_of_equal_points_have_finite_criteria():
    points = np.repeat([[3, 4], [90, 5], [7, 80]], 6, axis=0)
    for k in (3, 4):
        found = kmeans.fit(points, k, n_init=1, max_iter=9, seed=0)
        assert found.inertia == 0
        row = criteria.Judge(points, np.arange(18)).criteria(found)
        assert all(math.isfinite(value) for value in row.values())
        assert row["davies_bouldin"] == 0


def test_a_sample_within_one_cluster_has_no_silhouette():
    points = np.array([[0], [1], [2], [90]])
    found = kmeans.fit(points, 2, n_init=3, max_iter=9, seed=0)
    assert criteria.Judge(points, np.array([0, 1, 2])).criteria(found)["silhouette"] == 0
