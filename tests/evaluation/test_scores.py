"""Scores of tables that are counted by hand, and those of scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mnist_clustering.evaluation import scores
from tests.support.real import LABELS

SHOWN = np.array([0] * 6 + [1] * 6)


GIVEN = np.array([0] * 8 + [1] * 4)


def test_scores_are_those_of_scikit_learn():
    clusters = np.where(np.arange(len(LABELS)) % 7, LABELS, 10)
    found = scores.score(LABELS, clusters, [*range(10), 3], 10)
    summary, details = found["summary"], found["details"]
    assert summary["accuracy"] == pytest.approx(np.mean(clusters == LABELS), abs=1e-6)
    named = np.where(clusters == 10, 3, clusters)
    assert summary["majority_accuracy"] == pytest.approx(np.mean(named == LABELS), abs=1e-6)
    assert summary["nmi"] == pytest.approx(
        metrics.normalized_mutual_info_score(LABELS, clusters), abs=1e-6
    )
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
    found = scores.score(1 - SHOWN, GIVEN, [0, 1], 10)["summary"]
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
