"""Neighbours, t-SNE and the quality of maps against brute force and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from stages.methods.data import digits
from stages.methods.embedding import (
    initialization,
    map_quality,
    neighbors,
    placement,
    tsne,
)
from stages.methods.errors import InputError
from stages.methods.exact.grid import snap
from stages.methods.exact.sampling import fixed_sample
from stages.methods.features import descriptors

DIGITS = digits.load()
BLOCKS = [descriptors.Block("gradient", 10, 1.0), descriptors.Block("pixel", 6, 0.5)]
FITTED, TRAIN = descriptors.fit_transform(
    DIGITS["train_images"], BLOCKS, deskewed=True, whiten=True
)
TEST = descriptors.transform(DIGITS["test_images"], FITTED)


def by_brute_force(points, queries, k, *, itself):
    """Order all points by distance, then index."""
    difference = queries[:, None, :].astype(np.int64) - points.astype(np.int64)
    distances = (difference**2).sum(axis=2)
    if itself:
        np.fill_diagonal(distances, np.iinfo(np.int64).max)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distances, order, axis=1)


def test_neighbours_are_those_of_scikit_learn():
    indices, distances = neighbors.nearest(TRAIN, TEST, k=12)
    found, expected = (
        NearestNeighbors(n_neighbors=12, algorithm="kd_tree").fit(TRAIN).kneighbors(TEST)
    )
    assert distances == pytest.approx(found**2)
    assert np.mean(indices == expected) > 0.999
    assert (indices.dtype, distances.dtype) == (np.int32, np.int64)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 9))
def test_ties_go_to_the_lower_index(seed, d, k):
    # A coarse grid: duplicates, and ties that reach far past the neighbours wanted.
    points = np.random.default_rng(seed).integers(0, 3, (40, d)).astype(np.int16)
    for queries in (None, points[:7] + 1):
        indices, distances = neighbors.nearest(points, queries, k=k)
        asked = points if queries is None else queries
        expected = by_brute_force(points, asked, k, itself=queries is None)
        assert np.array_equal(indices, expected[0])
        assert np.array_equal(distances, expected[1])


def test_neighbours_are_the_same_on_any_number_of_threads():
    once = neighbors.nearest(TRAIN, k=20, n_jobs=1)
    twice = neighbors.nearest(TRAIN, k=20, n_jobs=2)
    assert all(np.array_equal(a, b) for a, b in zip(once, twice, strict=True))


@pytest.mark.parametrize("k", [0, 5])
def test_more_neighbours_than_points_are_refused(k):
    with pytest.raises(InputError, match="ask for 1 to 4"):
        neighbors.nearest(TRAIN[:5], k=k)


@pytest.fixture(scope="module")
def mapped():
    indices, distances = neighbors.nearest(TRAIN, k=60)
    affinities = tsne.affinities(indices, distances.astype(np.int32), 20)
    start = initialization.from_components(TRAIN[:, :2], seed=0, jitter=0.01)
    phases = [tsne.Phase("early_exaggeration", 60, 12, 0.5), tsne.Phase("optimisation", 110, 2)]
    steps = []
    embedding, curve = tsne.optimise(start, affinities, phases, on_step=lambda *s: steps.append(s))
    return embedding, curve, steps, indices, affinities


def test_affinities_are_a_distribution_over_neighbours():
    indices, distances = neighbors.nearest(TRAIN, k=60)
    shares = tsne.affinities(indices, distances.astype(np.int32), 20).P
    assert shares.sum() == pytest.approx(1)
    assert abs(shares - shares.T).max() < 1e-18
    graph = np.zeros(shares.shape, dtype=bool)
    graph[np.arange(len(TRAIN))[:, None], indices] = True
    assert not shares.toarray()[~(graph | graph.T)].any()


def test_map_keeps_neighbours_far_better_than_its_start(mapped):
    embedding, curve, steps, indices, _ = mapped
    sample = fixed_sample(len(TRAIN), 300)
    start = initialization.from_components(TRAIN[:, :2], seed=0, jitter=0.01)
    before = map_quality.neighbor_recall(snap(start * 1e5), indices, sample)
    after = map_quality.neighbor_recall(snap(embedding), indices, sample)
    assert after > before + 0.2
    assert curve[-1][1] < curve[0][1]
    assert [iteration for iteration, *_ in curve] == [25, 50, 60, 85, 110, 135, 160, 170]
    assert [(phase, i, kl) for i, kl, phase in curve if i % 60 and i != 170] == steps


def test_map_is_the_same_on_any_number_of_threads(mapped):
    *_, affinities = mapped
    for columns, phase in ((2, tsne.Phase("a", 40, 4)), (3, tsne.Phase("b", 20, 1))):
        start = initialization.from_components(TRAIN[:, :columns], seed=3, jitter=0.1)
        once, _ = tsne.optimise(start, affinities, [phase], theta=1.0, n_jobs=1)
        twice, _ = tsne.optimise(start, affinities, [phase], theta=1.0, n_jobs=2)
        assert once.tobytes() == twice.tobytes()


def test_seed_moves_the_start_by_the_jitter():
    plain = initialization.from_components(TRAIN[:, :2], seed=0, jitter=0)
    assert plain[:, 0].std() == pytest.approx(1e-4)
    for seed in (0, 1):
        moved = initialization.from_components(TRAIN[:, :2], seed=seed, jitter=0.05) - plain
        assert 0.9 * 0.05e-4 < np.abs(moved).max() <= 0.05e-4 * (1 + 1e-9)
    assert not np.array_equal(
        *(initialization.from_components(TRAIN[:, :2], seed=s, jitter=0.05) for s in (0, 1))
    )


def test_3d_start_is_the_flat_map_and_a_depth(mapped):
    embedding, *_ = mapped
    start = initialization.from_flat_map(snap(embedding), TRAIN[:, 2], 0.3, seed=0, jitter=0)
    assert start[:, :2] == pytest.approx(0.3 * embedding, abs=0.3 / 1024)
    assert start[:, 2].std() == pytest.approx(0.3 * embedding[:, 0].std(), rel=1e-3)
    assert np.corrcoef(start[:, 2], TRAIN[:, 2])[0, 1] == pytest.approx(1)


def test_placing_singly_equals_placing_together(mapped):
    embedding, *_ = mapped
    nearest = neighbors.nearest(TRAIN, TEST, k=15)[0]
    together = placement.place(embedding, nearest)
    for i in range(0, len(TEST), 9):
        alone = neighbors.nearest(TRAIN, TEST[i : i + 1], k=15)[0]
        assert placement.place(embedding, alone).tobytes() == together[i : i + 1].tobytes()


def test_new_images_land_among_their_digit(mapped):
    embedding, *_ = mapped
    placed = placement.place(embedding, neighbors.nearest(TRAIN, TEST, k=15)[0])
    nearest = NearestNeighbors(n_neighbors=1).fit(embedding).kneighbors(placed)[1][:, 0]
    assert np.mean(DIGITS["train_labels"][nearest] == DIGITS["test_labels"]) > 0.85


def test_too_few_neighbours_are_refused(mapped):
    *_, indices, _ = mapped
    with pytest.raises(InputError, match="perplexity 21 needs 63 neighbours"):
        tsne.affinities(indices, indices, 21)
    with pytest.raises(InputError, match=r"neighbors\.test_k"):
        tsne.check_neighbors(indices, 61)


def test_trustworthiness_is_that_of_scikit_learn(mapped):
    embedding, *_ = mapped
    positions = snap(embedding)[:500]
    expected = trustworthiness(TRAIN[:500], positions, n_neighbors=10)
    assert map_quality.trustworthiness(positions, TRAIN[:500]) == pytest.approx(expected, abs=2e-3)


def test_recall_by_brute_force(mapped):
    embedding, _, _, indices, _ = mapped
    positions, sample = snap(embedding), fixed_sample(len(TRAIN), 200)
    on_map, _ = by_brute_force(positions, positions, 10, itself=True)
    common = [len(set(on_map[i]) & set(indices[i, :10])) for i in sample]
    assert map_quality.neighbor_recall(positions, indices, sample) == sum(common) / 2000


def test_a_perfect_map_has_full_marks():
    points = np.random.default_rng(0).integers(0, 9999, (80, 2))
    indices, _ = neighbors.nearest(points, k=10)
    assert map_quality.neighbor_recall(points, indices, np.arange(80)) == 1
    assert map_quality.trustworthiness(points, points) == 1
