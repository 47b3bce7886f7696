"""t-SNE: affinities and divergence by their definitions, optimisation as openTSNE's estimator."""

from copy import copy

import numpy as np
import openTSNE
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.features import descriptors
from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.sources import digits
from mnist_clustering.tsne import map_quality, plans
from mnist_clustering.tsne import optimization as tsne

PERPLEXITY = 15


@pytest.fixture(scope="module")
def features():
    images = digits.load()["train_images"][:250]
    _, described = descriptors.fit_transform(
        images, [descriptors.Block("pixel", 12, 1.0)], deskewed=False, whiten=True
    )
    return described


@pytest.fixture(scope="module")
def near(features):
    indices, distances = neighbors.nearest(features, k=60)
    return indices, distances.astype(np.int32)


@pytest.fixture
def affinities(near):
    return tsne.affinities(*near, PERPLEXITY)


def test_affinities_by_their_definition(near, affinities):
    indices, distances = (array[:, : 3 * PERPLEXITY] for array in near)
    squared = distances.astype(float)
    low, high = np.zeros((len(squared), 1)), np.full((len(squared), 1), 1.0)
    for _ in range(200):
        precision = (low + high) / 2
        shares = np.exp(-(squared - squared[:, :1]) * precision)
        shares /= shares.sum(axis=1, keepdims=True)
        entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1, keepdims=True)
        wide = entropy > np.log(PERPLEXITY)
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
    expected = np.zeros((len(squared), len(squared)))
    np.put_along_axis(expected, indices.astype(int), shares, axis=1)
    expected = (expected + expected.T) / (2 * len(squared))
    assert affinities.P.toarray() == pytest.approx(expected, rel=1e-4, abs=1e-12)


def shuffled(affinities, order):
    moved = copy(affinities)
    moved.P = affinities.P[order][:, order]
    moved.P.sort_indices()
    return moved


@pytest.mark.parametrize("n_dims", [2, 3])
def test_the_order_of_the_images_changes_no_bit_of_a_map(features, near, affinities, n_dims):
    start = plans.from_components(features[:, :n_dims], seed=0, jitter=0.01)
    order = np.random.default_rng(0).permutation(len(start))
    phases = [tsne.Phase("only", 30, 4.0)]
    others = shuffled(tsne.affinities(*near, PERPLEXITY), order)
    embedding, curve = tsne.optimise(
        start, affinities, phases, order=plans.by_strips(start), theta=1.2
    )
    of_shuffled, same_curve = tsne.optimise(
        start[order], others, phases, order=plans.by_strips(start[order]), theta=1.2
    )
    assert of_shuffled.tobytes() == embedding[order].tobytes()
    assert curve == same_curve


@pytest.mark.parametrize(("n_dims", "method"), [(2, "fft"), (3, "bh")])
def test_phases_run_as_in_openTSNEs_estimator(features, near, affinities, n_dims, method):  # noqa: N802
    start = plans.from_components(features[:, :n_dims], seed=0, jitter=0.01)
    phases = [tsne.Phase("early", 30, 12.0, 0.5), tsne.Phase("final", 45, 3.0)]
    order = plans.by_strips(start)
    embedding, curve = tsne.optimise(start, affinities, phases, order=order, theta=1.2)
    estimator = openTSNE.TSNE(
        n_components=n_dims,
        early_exaggeration_iter=30,
        early_exaggeration=12.0,
        initial_momentum=0.5,
        n_iter=45,
        exaggeration=3.0,
        final_momentum=0.8,
        learning_rate="auto",
        negative_gradient_method=method,
        theta=1.2,
        n_jobs=1,
    )
    fresh = shuffled(tsne.affinities(*near, PERPLEXITY), order)
    expected = estimator.fit(affinities=fresh, initialization=start[order])
    assert embedding[order].tobytes() == np.asarray(expected, dtype=np.float32).tobytes()
    names = [(iteration, phase) for iteration, _, phase in curve]
    assert names == [(25, "early"), (30, "early"), (55, "final"), (75, "final")]


def test_divergence_is_that_of_the_unexaggerated_affinities(features, affinities):
    start = plans.from_components(features[:, :2], seed=0, jitter=0.01)
    phases = [tsne.Phase("early", 60, 12.0, 0.5), tsne.Phase("final", 60, 4.0)]
    embedding, curve = tsne.optimise(start, affinities, phases)
    places = embedding.astype(float)
    kernel = 1 / (1 + ((places[:, None] - places) ** 2).sum(axis=2))
    np.fill_diagonal(kernel, 0)
    found, on_map = affinities.P.toarray(), kernel / kernel.sum()
    held = found > 0
    expected = (found[held] * np.log(found[held] / on_map[held])).sum()
    assert curve[-1][1] == pytest.approx(expected, rel=0.02)


def test_map_keeps_neighbours_far_better_than_its_start(mapped, train):
    embedding, curve, steps, indices, _ = mapped
    sample = fixed_sample(len(train), 300)
    start = plans.from_components(train[:, :2], seed=0, jitter=0.01)
    before = map_quality.neighbor_recall(snap(start * 1e5), indices, sample)
    after = map_quality.neighbor_recall(snap(embedding), indices, sample)
    assert after > before + 0.2
    assert curve[-1][1] < curve[0][1]
    assert [iteration for iteration, *_ in curve] == [25, 50, 60, 85, 110, 135, 160, 170]
    # Told as it grows, but for the last point of a phase that ends between two reports.
    assert [len(step) for step in steps] == [1, 2, 4, 5, 6, 7]
    assert all(step == curve[: len(step)] for step in steps)


def test_all_the_neighbours_there_are_may_be_used(near):
    indices, distances = near
    tsne.affinities(indices, distances, 20)
    tsne.check_neighbors(indices, 60)
    with pytest.raises(InputError, match=r"perplexity 20\.5 needs 61 .*60 were.* lower it to 20"):
        tsne.affinities(indices, distances, 20.5)


# Affinities of both directions


@pytest.fixture(scope="module")
def near_in_another_way(features):
    """Neighbours by other distances: those of one half of the features."""
    indices, distances = neighbors.nearest(np.ascontiguousarray(features[:, ::2]), k=60)
    return indices, distances.astype(np.int32)


def test_mixed_affinities_are_the_weighted_mean(near, near_in_another_way):
    weight = 2
    forward, reverse = (
        tsne.affinities(*nearest, PERPLEXITY).P for nearest in (near, near_in_another_way)
    )
    found = tsne.mixed_affinities(near, near_in_another_way, weight, PERPLEXITY).P
    assert found.sum() == pytest.approx(1, abs=1e-12)
    expected = (weight * forward.toarray() + reverse.toarray()) / (weight + 1)
    assert found.toarray() == pytest.approx(expected, rel=1e-14, abs=0)
    assert np.array_equal(found.toarray(), found.toarray().T)
    # An edge of either direction is an edge of the mixture.
    assert found.nnz == np.count_nonzero(expected) > max(forward.nnz, reverse.nnz)


def test_every_direction_needs_enough_neighbours(near):
    few = tuple(array[:, :44] for array in near)
    with pytest.raises(InputError, match=r"perplexity 15 needs 45 .*44 were.*distortion\.k"):
        tsne.mixed_affinities(near, few, 2, PERPLEXITY)
