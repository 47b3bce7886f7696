"""Portraits, confusions and agreement against brute force and counts by hand."""

import json

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn import metrics

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import examination
from tests.support import real

LABELS, PIXELS = real.LABELS[:600], real.PIXELS[:600]
FOUND = kmeans.fit(PIXELS, 12, n_init=1, max_iter=50, seed=0)
NAMES = [None, *range(10), None]


@pytest.fixture(scope="module")
def portraits():
    return examination.portraits(PIXELS, FOUND.labels, LABELS, NAMES, range(10))


def test_the_medoid_is_the_one_that_brute_force_finds(portraits):
    for cluster, facts in enumerate(portraits):
        rows = np.flatnonzero(FOUND.labels == cluster)
        sums = cdist(PIXELS[rows], PIXELS[rows], "sqeuclidean").sum(axis=1)
        assert facts["medoid"] == rows[sums.argmin()]
        ordered = examination.by_centrality(PIXELS, rows)
        assert (np.diff(sums[np.searchsorted(rows, ordered)]) >= 0).all()
        from_mean = ((PIXELS[rows] - PIXELS[rows].mean(axis=0)) ** 2).sum(axis=1)
        assert facts["medoid"] == rows[from_mean.argmin()]
        assert facts["members"][-1] == rows[from_mean.argmax()]
        assert facts["medoid"] not in facts["members"]
        assert len(facts["members"]) == min(examination.N_MEMBERS, len(rows) - 1)
        where = [int(np.flatnonzero(ordered == row)[0]) for row in facts["members"]]
        steps = np.diff([0, *where])
        assert steps.max() - steps.min() <= 1


def test_size_purity_digit_and_nearest_cluster(portraits):
    means = [PIXELS[FOUND.labels == cluster].mean(axis=0) for cluster in range(12)]
    apart = cdist(means, means)
    np.fill_diagonal(apart, np.inf)
    for cluster, facts in enumerate(portraits):
        inside = LABELS[FOUND.labels == cluster]
        assert facts["digit"] == NAMES[cluster]
        assert facts["size"] == len(inside)
        assert facts["digits"] == np.bincount(inside, minlength=10).tolist()
        assert facts["purity"] == pytest.approx(max(facts["digits"]) / len(inside), abs=1e-6)
        assert facts["nearest"] == apart[cluster].argmin()
    assert json.loads(json.dumps(portraits)) == portraits


def test_one_cluster_and_empty_ones():
    assert examination.nearest_clusters(np.zeros((1, 2), dtype=np.int64)) == [None]
    alone, empty, other = examination.portraits(
        np.array([[1, 1], [4, 4]]), np.array([0, 2]), np.array([3, 5]), [3, None, 5], range(10)
    )
    assert (alone["medoid"], alone["members"], alone["purity"]) == (0, [0], 1.0)
    assert (empty["medoid"], empty["members"], empty["size"]) == (None, [], 0)
    assert empty["purity"] is None
    # An empty cluster has no mean; it counts as in the origin.
    assert [facts["nearest"] for facts in (alone, empty, other)] == [1, 0, 0]


def test_confusions_by_hand():
    shown = np.array([4, 4, 9, 4, 1, 0, 9, 9])
    given = np.array([1, 1, 1, 0, 2, 3, 0, 0])
    found = examination.confused(shown, given, [4, 9, None, 0], range(10))
    assert found == [
        {"digit": 4, "given": 9, "count": 2, "images": [0, 1]},
        {"digit": 9, "given": 4, "count": 2, "images": [6, 7]},
        {"digit": 1, "given": None, "count": 1, "images": [4]},
    ]
    assert examination.confused(shown[:0], given[:0], [4], range(10)) == []


def test_agreement_is_that_of_every_pair():
    halves = (FOUND.labels // 2).astype(np.int32)
    found = examination.agreement({"a": FOUND.labels, "b": halves, "c": FOUND.labels[::-1]})
    assert list(found) == ["a_b", "a_c", "b_c"]
    assert found["a_b"] == {
        "ari": pytest.approx(metrics.adjusted_rand_score(halves, FOUND.labels), abs=1e-6),
        "nmi": pytest.approx(metrics.normalized_mutual_info_score(halves, FOUND.labels), abs=1e-6),
    }
    assert abs(found["a_c"]["ari"]) < 0.1
    assert examination.agreement({"a": halves, "b": 5 - halves})["a_b"] == {"ari": 1, "nmi": 1}
