"""Points that lie near each other follow each other in memory."""

import numpy as np

from mnist_clustering.tsne import memory_order


def test_points_that_lie_together_follow_each_other():
    places = np.random.default_rng(0).normal(size=(4000, 3))
    order = memory_order.by_strips(places)
    assert sorted(order) == list(range(4000))

    def step(some):
        return np.abs(np.diff(places[some, :2], axis=0)).mean()

    assert step(order) < 0.1 * step(np.arange(4000))


def test_points_of_one_orthant_follow_each_other(train):
    signs = train[:, :3] > 0
    ordered = signs[memory_order.by_signs(train[:, :3])]
    assert ordered.tolist() == sorted(signs.tolist())
