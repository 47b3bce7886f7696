"""KMeans: exactness at the limits of the types, the starts, and Lloyd without short cuts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import kmeans_plusplus

from stages.methods import digits, kmeans
from stages.methods.errors import InputError

PIXELS = digits.load()["train_images"].reshape(-1, 784)


def whole_distances(points, centres):
    return np.stack([((points.astype(int) - c) ** 2).sum(axis=1) for c in centres.astype(int)])


def test_distances_beyond_float32_are_exact():
    rng = np.random.default_rng(0)
    points = rng.integers(150, 256, (200, 784)).astype(np.uint8)
    centres = rng.integers(150, 256, (6, 784))
    assert (points.astype(int) ** 2).sum(axis=1).min() > 2**24
    found = kmeans.ExactPoints(points).distances(centres)
    assert np.array_equal(found, whole_distances(points, centres))


def test_sums_beyond_float32_are_exact():
    points = np.random.default_rng(0).integers(200, 256, (150_000, 3)).astype(np.uint8)
    labels = (np.arange(len(points)) % 10 == 0).astype(np.int32)
    sums, counts = kmeans.ExactPoints(points).totals(slice(None), labels, 2)
    assert sums.min() > 2**20
    assert sums.max() > 2**24
    for cluster in (0, 1):
        assert sums[cluster].tolist() == points[labels == cluster].sum(axis=0).tolist()
        assert counts[cluster] == (labels == cluster).sum()


def test_the_largest_coordinates_are_exact_and_larger_ones_refused():
    # Twice the length, squared, is just below 2**53.
    edge = 47_453_132
    points = np.array([[edge], [-edge], [edge - 1]])
    assert np.array_equal(
        kmeans.ExactPoints(points).distances(points), whole_distances(points, points)
    )
    with pytest.raises(InputError, match="coordinates up to 47453133 are too large"):
        kmeans.ExactPoints(np.array([[edge + 1], [-edge]]))


def test_starts_are_as_good_as_those_of_scikit_learn():
    points = PIXELS[:500]
    exact = kmeans.ExactPoints(points)

    def cost(centres):
        return whole_distances(points, centres).min(axis=0).sum()

    ours = [cost(kmeans.plus_plus(exact, 10, np.random.default_rng(s))) for s in range(30)]
    values = points.astype(float)
    theirs = [cost(kmeans_plusplus(values, 10, random_state=s)[0]) for s in range(30)]
    assert np.mean(ours) == pytest.approx(np.mean(theirs), rel=0.02)


class Lowest:
    """A generator that always draws the lowest number."""

    def integers(self, high, size):
        return np.zeros(size, dtype=int)


def test_what_is_a_centre_already_is_not_drawn_again():
    points = np.array([[4], [4], [4], [5], [4], [6]])
    found = kmeans.plus_plus(kmeans.ExactPoints(points), 3, Lowest())
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
    found = kmeans.plus_plus(kmeans.ExactPoints(points), 2, Script())
    assert found.ravel().tolist() == [0, 21]


def test_fit_keeps_the_first_of_the_best_starts():
    rng = np.random.default_rng(1)
    heaps = np.concatenate([rng.integers(-9, 9, (30, 2)) + at for at in (0, 500, -700)])
    calls = []
    found = kmeans.fit(heaps, 3, n_init=6, max_iter=50, seed=6, on_start=lambda: calls.append(None))
    assert len(calls) == 6
    exact, again = kmeans.ExactPoints(heaps), np.random.default_rng(6)
    starts = [kmeans.lloyd(exact, kmeans.plus_plus(exact, 3, again), 50) for _ in range(6)]
    inertias = [start.inertia for start in starts]
    best = starts[inertias.index(min(inertias))]
    assert np.array_equal(found.centres, best.centres)
    # Other starts find the same heaps in another order: which one is kept can be told.
    last = starts[5 - inertias[::-1].index(min(inertias))]
    assert not np.array_equal(last.centres, best.centres)


def test_fit_prefers_the_lower_inertia():
    exact, rng = kmeans.ExactPoints(PIXELS[:300]), np.random.default_rng(2)
    starts = [kmeans.lloyd(exact, kmeans.plus_plus(exact, 9, rng), 2) for _ in range(5)]
    inertias = [start.inertia for start in starts]
    assert inertias.index(min(inertias)) > 0
    found = kmeans.fit(PIXELS[:300], 9, n_init=5, max_iter=2, seed=2)
    assert found.inertia == min(inertias)


def test_empty_clusters_take_different_points():
    points = np.array([[0], [1], [2], [50], [90]])
    found = kmeans.lloyd(kmeans.ExactPoints(points), np.array([[1], [1], [1]]), 1)
    assert sorted(found.centres.ravel().tolist()[1:]) == [50, 90]


def plain_lloyd(points, centres, rounds):
    """Lloyd's algorithm by comparing everything in each round; None if a cluster falls empty."""
    labels = whole_distances(points, centres).argmin(axis=0)
    for _ in range(rounds):
        members = [points[labels == cluster] for cluster in range(len(centres))]
        if any(len(group) == 0 for group in members):
            return None
        # Half-way means go to the even number.
        centres = np.array([np.rint(group.sum(axis=0) / len(group)) for group in members], int)
        labels = whole_distances(points, centres).argmin(axis=0)
    return centres, labels


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 2), st.integers(2, 7), st.integers(1, 12))
def test_lloyd_with_many_ties_takes_no_wrong_short_cut(seed, d, k, rounds):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 14, (60, d))
    start = rng.choice(np.unique(points, axis=0), k, replace=False)
    expected = plain_lloyd(points, start, rounds)
    found = kmeans.lloyd(kmeans.ExactPoints(points), start, rounds)
    if expected is not None:
        assert np.array_equal(found.centres, expected[0])
        assert np.array_equal(found.labels, expected[1])
    assert np.array_equal(found.labels, whole_distances(points, found.centres).argmin(axis=0))
