"""Lloyd's algorithm and its starts: short cuts that change nothing, ties, empty clusters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_clustering.clustering import lloyd
from mnist_clustering.exact import points as points_module
from mnist_clustering.exact.points import ExactPoints
from tests.support.real import PIXELS
from tests.support.reference import squared_distances


def plain_lloyd(points, centres, rounds):
    """Lloyd's algorithm by counting everything in each round; None if a cluster falls empty."""
    distances = squared_distances(points, centres)
    labels = distances.argmin(axis=0)
    for _ in range(rounds):
        before = distances.min(axis=0).sum()
        members = [points[labels == cluster] for cluster in range(len(centres))]
        if any(len(group) == 0 for group in members):
            return None
        # Half-way means go to the even number.
        centres = np.array([np.rint(group.sum(axis=0) / len(group)) for group in members], int)
        distances = squared_distances(points, centres)
        labels = distances.argmin(axis=0)
        if distances.min(axis=0).sum() > before:
            break
    return centres, labels


def test_counting_only_what_moved_changes_nothing():
    start = PIXELS[5:17].astype(np.int64)
    [hastened] = lloyd.lloyd(ExactPoints(PIXELS[:500]), start[None], 100)
    centres, labels = plain_lloyd(PIXELS[:500], start, hastened.n_iter)
    assert np.array_equal(hastened.centres, centres)
    assert np.array_equal(hastened.labels, labels)
    assert hastened.n_iter > 5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 2), st.integers(2, 7), st.integers(1, 12))
def test_lloyd_with_many_ties_takes_no_wrong_short_cut(seed, d, k, rounds):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 14, (60, d))
    start = rng.choice(np.unique(points, axis=0), k, replace=False)
    expected = plain_lloyd(points, start, rounds)
    [found] = lloyd.lloyd(ExactPoints(points), start[None], rounds)
    if expected is not None:
        assert np.array_equal(found.centres, expected[0])
        assert np.array_equal(found.labels, expected[1])
    assert np.array_equal(found.labels, squared_distances(points, found.centres).argmin(axis=0))


def test_threads_blocks_and_groups_change_nothing(monkeypatch):
    starts = PIXELS[:60].reshape(6, 10, 784).astype(np.int64)
    plain = [lloyd.lloyd(ExactPoints(PIXELS), start[None], 30)[0] for start in starts]
    monkeypatch.setattr(points_module, "_BLOCK", 77)
    monkeypatch.setattr(lloyd, "_CENTRES", 40)
    together = lloyd.lloyd(ExactPoints(PIXELS, n_jobs=3), starts, 30)
    for one, other in zip(plain, together, strict=True):
        assert np.array_equal(one.centres, other.centres)
        assert np.array_equal(one.labels, other.labels)
        assert one.n_iter == other.n_iter
    assert len({found.n_iter for found in plain}) > 1


def test_a_cluster_without_points_takes_the_farthest_one():
    points = np.array([[0], [1], [2], [100]])
    start = np.array([[[1], [1], [1]]])
    [found] = lloyd.lloyd(ExactPoints(points), start, 20)
    assert len(np.unique(found.labels)) == 3
    assert found.inertia <= 1
