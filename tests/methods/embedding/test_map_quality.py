"""Quality of maps against scikit-learn, to the last digits where there are no ties."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from stages.methods.embedding import map_quality
from stages.methods.embedding.neighbors import nearest
from stages.methods.exact.sampling import fixed_sample


@pytest.fixture(scope="module")
def spaces():
    """Points in 5-D and a poor map of them, both without tied distances (almost surely)."""
    rng = np.random.default_rng(0)
    points = rng.integers(-30_000, 30_000, (700, 5)).astype(np.int16)
    return points, points[:, :2] * 5 + rng.integers(-9_999, 9_999, (700, 2))


def test_trustworthiness_without_ties_is_that_of_scikit_learn(spaces):
    points, positions = spaces
    expected = trustworthiness(points.astype(float), positions.astype(float), n_neighbors=10)
    assert 0.5 < expected < 0.95
    assert map_quality.trustworthiness(positions, points) == pytest.approx(expected, abs=1e-12)


def test_tied_neighbours_take_the_best_rank():
    # All points of each half coincide, so that each has rank 1 among the others of its half.
    points = np.repeat([[0, 0], [500, 500]], 30, axis=0)
    positions = np.random.default_rng(1).integers(0, 50, (60, 2)) + points * 9
    assert map_quality.trustworthiness(positions, points) == 1


def test_recall_of_a_useless_map_is_that_of_chance(spaces):
    points, _ = spaces
    indices, _ = nearest(points, k=10)
    shuffled = np.random.default_rng(2).integers(0, 10**6, (700, 2))
    recall = map_quality.neighbor_recall(shuffled, indices, np.arange(700))
    assert recall == pytest.approx(10 / 699, abs=0.006)


def test_recall_where_all_images_lie_on_one_spot(spaces):
    points, _ = spaces
    indices, _ = nearest(points, k=12)
    # Ties go to the lowest index: the neighbours on the map are the first ten other images.
    heap = np.zeros((700, 2), dtype=np.int64)
    first = [[j for j in range(11) if j != i][:10] for i in range(700)]
    expected = [len({*near} & {*indices[i, :10].tolist()}) for i, near in enumerate(first)]
    found = map_quality.neighbor_recall(heap, indices, np.arange(700))
    assert found == sum(expected) / 7000


def test_the_sample_is_fixed_spread_out_and_in_order():
    chosen = fixed_sample(60_000, 5000)
    assert np.array_equal(chosen, fixed_sample(60_000, 5000))
    assert (np.diff(chosen) > 0).all()
    assert len(chosen) == 5000
    per_tenth = np.bincount(chosen // 6000, minlength=10)
    assert per_tenth.min() > 400
    assert np.array_equal(fixed_sample(20, 5000), np.arange(20))
