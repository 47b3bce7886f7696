"""Lloyd's algorithm and its starts: short cuts that change nothing, ties, empty clusters."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans, kmeans_plusplus

from mnist_clustering.clustering import lloyd
from mnist_clustering.exact import points as points_module
from mnist_clustering.exact.points import ExactPoints
from tests.support.real import PIXELS
from tests.support.reference import squared_distances


def test_starts_are_as_good_as_those_of_scikit_learn():
    points = PIXELS[:500]
    exact = ExactPoints(points)

    def cost(centres):
        return squared_distances(points, centres).min(axis=0).sum()

    ours = [
        cost(start) for start in lloyd.kmeans_plus_plus(exact, 10, 30, np.random.default_rng(0))
    ]
    values = points.astype(float)
    theirs = [cost(kmeans_plusplus(values, 10, random_state=s)[0]) for s in range(30)]
    assert np.mean(ours) == pytest.approx(np.mean(theirs), rel=0.02)


class Lowest:
    """A generator that always draws the lowest number."""

    def integers(self, high, size):
        return np.zeros(size, dtype=int)


def test_what_is_a_centre_already_is_not_drawn_again():
    points = np.array([[4], [4], [4], [5], [4], [6]])
    found = lloyd.kmeans_plus_plus(ExactPoints(points), 3, 1, Lowest())
    assert found.ravel().tolist() == [4, 5, 6]


def test_the_best_of_the_candidates_is_taken():
    class Script:
        def __init__(self):
            self.draws = iter([[0], [1, 401]])

        def integers(self, high, size):
            draw = next(self.draws)
            assert len(draw) == size
            return np.array(draw)

    points = np.array([[0], [20], [21], [22], [1]])
    # Shares of the draw are 400, 441, 484 and 1: 1 hits the point 20, and 401 hits 21.
    found = lloyd.kmeans_plus_plus(ExactPoints(points), 2, 1, Script())
    assert found.ravel().tolist() == [0, 21]


def test_starts_go_on_from_centres_that_are_given():
    centres = PIXELS[:4].astype(np.int64)
    exact = ExactPoints(PIXELS[:500])
    found = lloyd.kmeans_plus_plus(exact, 6, 3, np.random.default_rng(0), centres)
    assert found.shape == (3, 6, 784)
    assert all(np.array_equal(start[:4], centres) for start in found)
    assert not np.array_equal(found[0, 4:], found[1, 4:])


def test_lloyd_goes_where_scikit_learn_goes_from_the_same_start():
    start = PIXELS[:10].astype(np.int64)
    [ours] = lloyd.lloyd(ExactPoints(PIXELS), start[None], 300)
    theirs = KMeans(10, init=start.astype(float), n_init=1, max_iter=300, tol=0).fit(
        PIXELS.astype(float)
    )
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-3)
    assert metrics.adjusted_rand_score(ours.labels, theirs.labels_) > 0.98


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
    [hastened] = lloyd.lloyd(ExactPoints(PIXELS), start[None], 100)
    centres, labels = plain_lloyd(PIXELS, start, hastened.n_iter)
    assert np.array_equal(hastened.centres, centres)
    assert np.array_equal(hastened.labels, labels)
    assert hastened.n_iter > 10


@settings(max_examples=150, deadline=None)
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


def test_tolerance_ends_the_long_tail():
    exact, start = ExactPoints(PIXELS), PIXELS[None, :10].astype(np.int64)
    [full], [early] = (lloyd.lloyd(exact, start, 300, share) for share in (0.0, 1e-3))
    assert early.n_iter < full.n_iter
    assert full.inertia < early.inertia <= 1.02 * full.inertia
    inertias = [lloyd.lloyd(exact, start, n)[0].inertia for n in range(early.n_iter + 1)]
    falls = -np.diff(inertias) / inertias[1:]
    assert all(falls[:-1] >= 1e-3)
    assert falls[-1] < 1e-3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 4))
def test_inertia_never_rises_but_by_rounding(seed, k, d):
    points = np.random.default_rng(seed).integers(-500, 500, (60, d))
    exact = ExactPoints(points)
    start = lloyd.kmeans_plus_plus(exact, k, 1, np.random.default_rng(seed))
    inertias = [lloyd.lloyd(exact, start, rounds)[0].inertia for rounds in range(6)]
    # A centre moves by at most half a step in each dimension when it is rounded.
    assert all(b <= a + 60 * d / 4 for a, b in itertools.pairwise(inertias))


def test_a_cluster_without_points_takes_the_farthest_one():
    points = np.array([[0], [1], [2], [100]])
    start = np.array([[[1], [1], [1]]])
    [found] = lloyd.lloyd(ExactPoints(points), start, 20)
    assert len(np.unique(found.labels)) == 3
    assert found.inertia <= 1


def test_empty_clusters_take_different_points():
    points = np.array([[0], [1], [2], [50], [90]])
    [found] = lloyd.lloyd(ExactPoints(points), np.array([[[1], [1], [1]]]), 1)
    assert sorted(found.centres.ravel().tolist()[1:]) == [50, 90]
