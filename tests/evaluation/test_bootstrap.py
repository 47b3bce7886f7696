"""Bootstrap intervals against the binomial distribution."""

import numpy as np
import pytest
from scipy.stats import binom

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import bootstrap, scores
from tests.support.real import LABELS, PIXELS

CLUSTERS = kmeans.fit(PIXELS, 13, n_init=1, max_iter=20, seed=0).labels
NAMES = scores.name_clusters(LABELS, CLUSTERS, 13, 10)["majority"]


def test_tables_count_the_images_drawn():
    tables = bootstrap.resample(LABELS, {"a": (CLUSTERS, 13)}, 10, 2, seed=3)["a"]
    drawn = np.random.default_rng(3).integers(0, len(LABELS), size=len(LABELS))
    assert np.array_equal(tables[0], scores.contingency(LABELS[drawn], CLUSTERS[drawn], 13, 10))
    assert not np.array_equal(tables[0], tables[1])


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


def test_intervals_hold_the_scores_and_narrow_with_the_number_of_images():
    def width(n):
        parts = {"given": CLUSTERS[:n], "perfect": LABELS[:n]}
        names = {"given": NAMES, "perfect": list(range(10))}
        found = bootstrap.intervals(LABELS[:n], parts, names, n_classes=10, resamples=200, seed=1)
        assert set(found) == {"given", "perfect"}
        assert all(ends == {"low": 1, "high": 1} for ends in found["perfect"].values())
        summary = scores.score(LABELS[:n], CLUSTERS[:n], NAMES, 10)["summary"]
        assert list(found["given"]) == list(summary)
        for score in ("accuracy", "majority_accuracy", "ari"):
            assert found["given"][score]["low"] < summary[score] < found["given"][score]["high"]
        ends = found["given"]["majority_accuracy"]
        return ends["high"] - ends["low"]

    ratio = width(200) / width(len(LABELS))
    assert ratio == pytest.approx((len(LABELS) / 200) ** 0.5, rel=0.35)


def test_the_same_draws_for_all_partitions_and_for_a_seed():
    options = {"n_classes": 10, "resamples": 120, "majority_names": {"a": NAMES, "b": NAMES}}
    parts = {"a": CLUSTERS, "b": CLUSTERS}
    found = bootstrap.intervals(LABELS, parts, seed=0, **options)
    assert found["a"] == found["b"]
    assert found == bootstrap.intervals(LABELS, parts, seed=0, **options)
    assert found != bootstrap.intervals(LABELS, parts, seed=1, **options)


def test_two_and_a_half_percent_are_cut_off_at_each_end():
    values = np.random.default_rng(0).permutation(1000) / 1000
    found = bootstrap._percentiles(values.tolist())
    assert sum(found["low"] <= value <= found["high"] for value in values) == 950
    assert found == {"low": 0.025, "high": 0.974}
