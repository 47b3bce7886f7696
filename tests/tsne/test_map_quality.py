"""Quality of maps against scikit-learn, to the last digits where there are no ties."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.tsne import map_quality
from tests.support.reference import nearest_by_brute_force


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


def test_trustworthiness_is_that_of_scikit_learn(mapped, train):
    embedding, *_ = mapped
    positions = snap(embedding)[:500]
    expected = trustworthiness(train[:500], positions, n_neighbors=10)
    assert map_quality.trustworthiness(positions, train[:500]) == pytest.approx(expected, abs=2e-3)


def test_tied_neighbours_take_the_best_rank():
    # All points of each half coincide, so that each has rank 1 among the others of its half.
    points = np.repeat([[0, 0], [500, 500]], 30, axis=0)
    positions = np.random.default_rng(1).integers(0, 50, (60, 2)) + points * 9
    assert map_quality.trustworthiness(positions, points) == 1


def test_recall_nearest_by_brute_force(mapped, train):
    embedding, _, _, indices, _ = mapped
    positions, sample = snap(embedding), fixed_sample(len(train), 200)
    on_map, _ = nearest_by_brute_force(positions, positions, 10, itself=True)
    common = [len(set(on_map[i]) & set(indices[i, :10])) for i in sample]
    assert map_quality.neighbor_recall(positions, indices, sample) == sum(common) / 2000


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


def test_a_perfect_map_has_full_marks():
    points = np.random.default_rng(0).integers(0, 9999, (80, 2))
    indices, _ = neighbors.nearest(points, k=10)
    assert map_quality.neighbor_recall(points, indices, np.arange(80)) == 1
    assert map_quality.trustworthiness(points, points) == 1
