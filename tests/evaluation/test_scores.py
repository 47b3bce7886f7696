"""Scores and their intervals, by hand, by scikit-learn and by the binomial distribution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn import metrics

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import agreement, bootstrap, scores
from tests.support.real import LABELS, PIXELS

CLUSTERS = kmeans.fit(PIXELS, 13, n_init=1, max_iter=20, seed=0).labels


def test_scores_are_those_of_scikit_learn():
    clusters = np.where(np.arange(len(LABELS)) % 7, LABELS, 10)
    found = scores.score(LABELS, clusters, [*range(10), 3], 10)
    summary, details = found["summary"], found["details"]
    assert summary["accuracy"] == pytest.approx(np.mean(clusters == LABELS), abs=1e-6)
    named = np.where(clusters == 10, 3, clusters)
    assert summary["majority_accuracy"] == pytest.approx(np.mean(named == LABELS), abs=1e-6)
    nmi = metrics.normalized_mutual_info_score(LABELS, clusters)
    assert summary["nmi"] == pytest.approx(nmi, abs=1e-6)
    assert summary["ari"] == pytest.approx(metrics.adjusted_rand_score(LABELS, clusters), abs=1e-6)
    assert details["cluster_size"] == np.bincount(clusters).tolist()
    assert details["cluster_purity"][:10] == [1.0] * 10
    recall = metrics.recall_score(LABELS, clusters, average=None, labels=range(10))
    assert details["recall"] == pytest.approx(recall, abs=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 14))
def test_no_other_matching_is_better(seed, k):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 50, (k, 10)).astype(np.int64)
    best = scores.accuracy(table + 1, scores.one_to_one(table + 1))
    for _ in range(20):
        names = [*rng.permutation(10), *[None] * 10][:k]
        assert scores.accuracy(table + 1, names) <= best


def test_names_come_from_train_and_are_scored_on_test():
    # Test shows the digits the other way round: the matching follows, the names of train do not.
    shown, given = np.array([1] * 6 + [0] * 6), np.array([0] * 8 + [1] * 4)
    found = scores.score(shown, given, [0, 1], 10)["summary"]
    assert found["accuracy"] == pytest.approx(10 / 12, abs=1e-6)
    assert found["majority_accuracy"] == pytest.approx(2 / 12, abs=1e-6)


def test_misplacement_is_measured_to_the_nearest_part_of_a_merged_cluster():
    rng = np.random.default_rng(0)
    centres, positions = rng.integers(0, 1000, (40, 2)), rng.integers(0, 1000, (300, 2))
    clusters, digits = rng.integers(0, 11, 40), rng.integers(0, 10, 300)
    clusters[:11] = np.arange(11)
    names = [*rng.permutation(10).tolist(), None]
    found = scores.misplacement(positions, centres, clusters, digits, names)
    for position, digit, extra in zip(positions, digits, found, strict=True):
        away = [float(np.hypot(*(position - centre))) for centre in centres]
        own = min(d for d, c in zip(away, clusters, strict=True) if names[c] == digit)
        assert extra == pytest.approx(own - min(away))


def test_a_digit_without_a_cluster_has_no_way_to_it():
    found = scores.misplacement(
        np.array([[9, 9]]), np.array([[0, 0], [9, 0]]), np.array([0, 0]), np.array([5]), [None]
    )
    assert found.tolist() == [0]


# Of many tables at once, and intervals


def expected(shown, given):
    homogeneity, completeness, nmi = metrics.homogeneity_completeness_v_measure(shown, given)
    found = [homogeneity, completeness, nmi, metrics.adjusted_rand_score(shown, given)]
    return [pytest.approx(score, rel=1e-9, abs=1e-12) for score in found]


def found(tables):
    information = agreement.information(tables)
    names = ("homogeneity", "completeness", "nmi")
    columns = [*(information[name] for name in names), agreement.adjusted_rand(tables)]
    return np.stack(columns, axis=1).tolist()


def test_scores_of_many_tables_are_those_of_their_labels():
    tables = bootstrap.resample(LABELS, {"a": (CLUSTERS, 13)}, 10, 20, seed=3)["a"]
    for table, scored in zip(tables, found(tables), strict=True):
        given, shown = (np.repeat(np.indices(table.shape)[axis], table.ravel()) for axis in (0, 1))
        assert scored == expected(shown, given)


@pytest.mark.parametrize(
    ("shown", "given"), [([1, 1, 1], [0, 0, 0]), ([1, 1, 1], [0, 1, 1]), ([1, 2, 3], [0, 0, 0])]
)
def test_one_group_scores_as_in_scikit_learn(shown, given):
    table = scores.contingency(np.array(shown), np.array(given), 2, 10)
    assert found(table[None])[0] == expected(shown, given)


def test_the_interval_of_a_share_is_the_binomial_one():
    # Ten clusters that are the digits, but for 40 of 1,000 images: the matching is beyond doubt.
    n, wrong = 1000, 40
    shown = np.arange(n) % 10
    given = np.where(np.arange(n) < wrong, (shown + 1) % 10, shown)
    found = bootstrap.intervals(
        shown, {"all": given}, {"all": list(range(10))}, n_classes=10, resamples=4000, seed=0
    )["all"]
    low, high = 1 - binom.ppf([0.975, 0.025], n, wrong / n) / n
    for score in ("accuracy", "majority_accuracy"):
        assert found[score]["low"] == pytest.approx(low, abs=0.0021)
        assert found[score]["high"] == pytest.approx(high, abs=0.0021)


def test_the_same_draws_for_all_partitions_and_for_a_seed():
    names = scores.name_clusters(LABELS, CLUSTERS, 13, 10)["majority"]
    options = {"n_classes": 10, "resamples": 120, "majority_names": {"a": names, "b": names}}
    parts = {"a": CLUSTERS, "b": CLUSTERS}
    found = bootstrap.intervals(LABELS, parts, seed=0, **options)
    assert found["a"] == found["b"]
    assert found == bootstrap.intervals(LABELS, parts, seed=0, **options)
    assert found != bootstrap.intervals(LABELS, parts, seed=1, **options)
