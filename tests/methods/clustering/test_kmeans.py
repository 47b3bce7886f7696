"""KMeans: exactness at the limits of the types, the starts, and Lloyd without short cuts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import kmeans_plusplus

from stages.methods.clustering import kmeans, lloyd
from stages.methods.data import digits
from stages.methods.errors import InputError
from stages.methods.exact import points as points_module
from stages.methods.exact.points import ExactPoints

PIXELS = digits.load()["train_images"].reshape(-1, 784)


def whole_distances(points, centres):
    return np.stack([((points.astype(int) - c) ** 2).sum(axis=1) for c in centres.astype(int)])


def test_distances_beyond_float32_are_exact():
    rng = np.random.default_rng(0)
    points = rng.integers(150, 256, (200, 784)).astype(np.uint8)
    centres = rng.integers(150, 256, (6, 784))
    assert (points.astype(int) ** 2).sum(axis=1).min() > 2**24
    found = ExactPoints(points).distances(centres)
    assert np.array_equal(found, whole_distances(points, centres))


def test_sums_beyond_float32_are_exact():
    points = np.random.default_rng(0).integers(200, 256, (150_000, 3)).astype(np.uint8)
    labels = (np.arange(len(points)) % 10 == 0).astype(np.int32)
    members = (labels == np.arange(2)[:, None]).astype(np.int8)
    sums = ExactPoints(points).totals(members)
    assert sums.min() > 2**20
    assert sums.max() > 2**24
    for cluster in (0, 1):
        assert sums[cluster].tolist() == points[labels == cluster].sum(axis=0).tolist()


def test_the_largest_coordinates_are_exact_and_larger_ones_refused():
    # Twice the length, squared, is just below 2**53.
    edge = 47_453_132
    points = np.array([[edge], [-edge], [edge - 1]])
    assert np.array_equal(ExactPoints(points).distances(points), whole_distances(points, points))
    with pytest.raises(InputError, match="coordinates up to 47453133 are too large"):
        ExactPoints(np.array([[edge + 1], [-edge]]))


def test_starts_are_as_good_as_those_of_scikit_learn():
    points = PIXELS[:500]
    exact = ExactPoints(points)

    def cost(centres):
        return whole_distances(points, centres).min(axis=0).sum()

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


def test_fit_keeps_the_best_of_its_starts(monkeypatch):
    monkeypatch.setattr(kmeans, "_FINALISTS", 5)
    monkeypatch.setattr(kmeans, "_STARTS", 2)
    points = PIXELS[:300]
    found = kmeans.fit(points, 9, n_init=5, max_iter=99, seed=0)
    exact, rng = ExactPoints(points), np.random.default_rng(0)
    rng.permutation(300)
    starts = [lloyd.kmeans_plus_plus(exact, 9, count, rng) for count in (2, 2, 1)]
    ends = lloyd.lloyd(exact, np.concatenate(starts), 99)
    inertias = [end.inertia for end in ends]
    assert inertias.index(min(inertias)) > 0
    assert found.inertia == min(inertias)


def test_starts_that_end_alike_leave_room_for_others(monkeypatch):
    # The best end on the sample may not be the best on all points: the second gets its chance.
    monkeypatch.setattr(kmeans, "_SAMPLE", 200)
    search = kmeans.Search(PIXELS[:400], max_iter=50, seed=0, n_jobs=1)
    starts = np.repeat(search.starts(9, 3), 4, axis=0)
    given = []
    monkeypatch.setattr(kmeans, "lloyd", spy(lloyd.lloyd, given))
    search.best(starts, 2)
    assert len(given[0]) == 12
    assert len(given[1]) == 2
    assert not np.array_equal(*given[1])


def spy(function, given):
    def call(points, starts, *others):
        given.append(starts)
        return function(points, starts, *others)

    return call


def test_the_search_on_a_sample_is_as_good_as_that_on_all(monkeypatch):
    def fit():
        return kmeans.fit(PIXELS, 8, n_init=8, max_iter=300, seed=0, n_jobs=2)

    whole = fit()
    monkeypatch.setattr(kmeans, "_SAMPLE", len(PIXELS) // 2)
    monkeypatch.setattr(kmeans, "_FEW", 100)
    sampled = fit()
    assert sampled.inertia <= 1.003 * whole.inertia
    distances = whole_distances(PIXELS, sampled.centres)
    assert np.array_equal(sampled.labels, distances.argmin(axis=0))
    assert np.array_equal(sampled.distances, distances.min(axis=0))


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


def test_empty_clusters_take_different_points():
    points = np.array([[0], [1], [2], [50], [90]])
    [found] = lloyd.lloyd(ExactPoints(points), np.array([[[1], [1], [1]]]), 1)
    assert sorted(found.centres.ravel().tolist()[1:]) == [50, 90]


def plain_lloyd(points, centres, rounds):
    """Lloyd's algorithm by counting everything in each round; None if a cluster falls empty."""
    distances = whole_distances(points, centres)
    labels = distances.argmin(axis=0)
    for _ in range(rounds):
        before = distances.min(axis=0).sum()
        members = [points[labels == cluster] for cluster in range(len(centres))]
        if any(len(group) == 0 for group in members):
            return None
        # Half-way means go to the even number.
        centres = np.array([np.rint(group.sum(axis=0) / len(group)) for group in members], int)
        distances = whole_distances(points, centres)
        labels = distances.argmin(axis=0)
        if distances.min(axis=0).sum() > before:
            break
    return centres, labels


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
    assert np.array_equal(found.labels, whole_distances(points, found.centres).argmin(axis=0))
