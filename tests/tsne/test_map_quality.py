"""Quality of maps against scikit-learn, to the last digits where there are no ties."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.tsne import map_quality, placement
from tests.support.real import LABELS, TEST_LABELS
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


def test_new_images_land_among_their_digit(mapped, train, test):
    embedding, *_ = mapped
    placed = placement.place(embedding, nearest(train, test, k=15)[0])
    closest = NearestNeighbors(n_neighbors=1).fit(embedding).kneighbors(placed)[1][:, 0]
    assert np.mean(LABELS[closest] == TEST_LABELS) > 0.85
