"""Scores of tables that are counted by hand, and those of scikit-learn."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import scores
from tests.support.real import LABELS, PIXELS

SHOWN = np.array([0] * 6 + [1] * 6)


GIVEN = np.array([0] * 8 + [1] * 4)


TABLE = np.zeros((3, 10), dtype=np.int64)


TABLE[0, 4], TABLE[0, 9], TABLE[1, 4], TABLE[2, 7] = 5, 6, 9, 3


def test_contingency_counts_clusters_by_labels():
    table = scores.contingency(SHOWN.astype(np.uint8), GIVEN.astype(np.int32), 3, 10)
    assert table.shape == (3, 10)
    assert table[:, :2].tolist() == [[6, 2], [0, 4], [0, 0]]
    assert table.sum() == 12


def test_every_score_by_hand():
    found = scores.score(SHOWN, GIVEN, [0, 1], 10)
    given_digits = -(6 / 8 * log(6 / 8) + 2 / 8 * log(2 / 8)) * 8 / 12
    of_digits = log(2)
    of_clusters = -(8 / 12 * log(8 / 12) + 4 / 12 * log(4 / 12))
    shared = of_digits - given_digits
    assert found["summary"]["accuracy"] == found["summary"]["majority_accuracy"]
    assert found["summary"]["accuracy"] == pytest.approx(10 / 12, abs=1e-6)
    assert found["summary"]["nmi"] == pytest.approx(
        2 * shared / (of_digits + of_clusters), abs=1e-6
    )
    # Pairs together in both: 15 + 1 + 6; by digits 30, by clusters 34, of 66 in all.
    by_chance = 30 * 34 / 66
    assert found["summary"]["ari"] == pytest.approx(
        (22 - by_chance) / ((30 + 34) / 2 - by_chance), abs=1e-6
    )
    details = found["details"]
    assert details["homogeneity"] == pytest.approx(shared / of_digits, abs=1e-6)
    assert details["completeness"] == pytest.approx(shared / of_clusters, abs=1e-6)
    assert details["recall"] == [1.0, pytest.approx(4 / 6, abs=1e-6), *[0.0] * 8]
    assert details["cluster_size"] == [8, 4]
    assert details["cluster_purity"] == [0.75, 1.0]


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


def test_names_of_a_table_made_by_hand():
    assert scores.one_to_one(TABLE) == [9, 4, 7]
    assert scores.majority(TABLE) == [9, 4, 7]
    assert scores.accuracy(TABLE, [9, 4, None]) == 15 / 23


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


def test_unmatched_clusters_count_as_errors():
    labels = LABELS
    found = kmeans.fit(PIXELS, 14, n_init=1, max_iter=20, seed=0)
    table = scores.contingency(labels, found.labels, 14, 10)
    majority = scores.majority(table)
    summary = scores.score(labels, found.labels, majority, 10)["summary"]
    matched = scores.one_to_one(table)
    assert matched.count(None) == 4
    assert sorted(name for name in matched if name is not None) == list(range(10))
    right = sum(matched[c] == d for c, d in zip(found.labels, labels, strict=True))
    assert summary["accuracy"] == pytest.approx(right / len(labels), abs=1e-6)
    assert summary["majority_accuracy"] > summary["accuracy"]


def test_clusters_beyond_the_tenth_have_no_digit():
    named = scores.name_clusters(LABELS, np.arange(len(LABELS)) % 12, 12, 10)
    assert named["one_to_one"].count(None) == 2
    assert scores.labels_of(np.array([0, 1]), [7, None]) == ["7", ""]


def test_misplacement_is_the_extra_way_to_the_own_digit():
    centres = np.array([[0, 0], [30, 40], [0, 100]])
    positions = np.array([[3, 4], [3, 4], [3, 4], [0, 90]])
    found = scores.misplacement(positions, centres, np.arange(3), np.array([1, 2, 5, 3]), [1, 2, 3])
    assert found == pytest.approx([0, np.hypot(27, 36) - 5, 0, 0])


def test_an_image_in_a_cluster_of_its_digit_is_not_misplaced():
    # Two clusters of one digit, whose centres both are at other distances.
    centres = np.array([[0, 0], [100, 0], [50, 90]])
    found = scores.misplacement(
        np.array([[90, 0], [90, 0], [50, 60]]),
        centres,
        np.arange(3),
        np.array([1, 4, 1]),
        [1, 1, 4],
    )
    assert found == pytest.approx([0, np.hypot(40, 90) - 10, np.hypot(50, 60) - 30])


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
