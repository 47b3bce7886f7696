"""Where the points of a map start: principal components, noise, the 2-D map below the 3-D one."""

import numpy as np
import pytest

from mnist_clustering.exact.grid import snap
from mnist_clustering.tsne import plans


def test_seed_moves_the_start_by_the_jitter(train):
    plain = plans.from_components(train[:, :2], seed=0, jitter=0)
    assert plain[:, 0].std() == pytest.approx(1e-4)
    for seed in (0, 1):
        moved = plans.from_components(train[:, :2], seed=seed, jitter=0.05) - plain
        assert 0.9 * 0.05e-4 < np.abs(moved).max() <= 0.05e-4 * (1 + 1e-9)
    assert not np.array_equal(
        *(plans.from_components(train[:, :2], seed=s, jitter=0.05) for s in (0, 1))
    )


def test_3d_start_is_the_flat_map_and_a_depth(mapped, train):
    embedding, *_ = mapped
    start = plans.from_flat_map(snap(embedding), train[:, 2], 0.3, seed=0, jitter=0)
    assert start[:, :2] == pytest.approx(0.3 * embedding, abs=0.3 / 1024)
    assert start[:, 2].std() == pytest.approx(0.3 * embedding[:, 0].std(), rel=1e-3)
    assert np.corrcoef(start[:, 2], train[:, 2])[0, 1] == pytest.approx(1)


def test_a_column_without_spread_is_laid_out_by_its_noise_alone():
    flat = np.zeros((50, 2), dtype=np.int16)
    start = plans.from_components(flat, seed=0, jitter=0.1)
    assert np.isfinite(start).all()
    assert 0 < np.abs(start).max() <= 0.1e-4


def test_points_that_lie_together_follow_each_other():
    places = np.random.default_rng(0).normal(size=(4000, 3))
    order = plans.by_strips(places)
    assert sorted(order) == list(range(4000))

    def step(some):
        return np.abs(np.diff(places[some, :2], axis=0)).mean()

    assert step(order) < 0.1 * step(np.arange(4000))


def test_points_of_one_orthant_follow_each_other(train):
    signs = train[:, :3] > 0
    ordered = signs[plans.by_signs(train[:, :3])]
    assert ordered.tolist() == sorted(signs.tolist())
