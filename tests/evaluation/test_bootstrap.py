"""Bootstrap intervals against the binomial distribution."""

import numpy as np
import pytest
from scipy.stats import binom

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import bootstrap, scores
from tests.support.real import LABELS, PIXELS

CLUSTERS = kmeans.fit(PIXELS, 13, n_init=1, max_iter=20, seed=0).labels
NAMES = scores.name_clusters(LABELS, CLUSTERS, 13, 10)["majority"]


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
    options = {"n_classes": 10, "resamples": 120, "majority_names": {"a": NAMES, "b": NAMES}}
    parts = {"a": CLUSTERS, "b": CLUSTERS}
    found = bootstrap.intervals(LABELS, parts, seed=0, **options)
    assert found["a"] == found["b"]
    assert found == bootstrap.intervals(LABELS, parts, seed=0, **options)
    assert found != bootstrap.intervals(LABELS, parts, seed=1, **options)
