"""KMeans, criteria, scores and the grid against scikit-learn and tables made by hand."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans

from stages.methods.clustering import criteria, kmeans, lloyd
from stages.methods.data import digits, splitting
from stages.methods.errors import InputError
from stages.methods.evaluation import scores
from stages.methods.exact import grid
from stages.methods.exact.points import ExactPoints
from stages.methods.exact.rounding import to_decimals

DIGITS = digits.load()
PIXELS = DIGITS["train_images"].reshape(-1, 784)
LABELS = DIGITS["train_labels"]


def brute_distances(points, centres):
    columns = [((points.astype(np.int64) - centre) ** 2).sum(axis=1) for centre in centres]
    return np.stack(columns, axis=1)


def test_lloyd_goes_where_scikit_learn_goes_from_the_same_start():
    start = PIXELS[:10].astype(np.int64)
    [ours] = lloyd.lloyd(ExactPoints(PIXELS), start[None], 300)
    theirs = KMeans(10, init=start.astype(float), n_init=1, max_iter=300, tol=0).fit(
        PIXELS.astype(float)
    )
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-3)
    assert metrics.adjusted_rand_score(ours.labels, theirs.labels_) > 0.98


def test_best_of_ten_is_as_good_as_scikit_learn():
    ours = kmeans.fit(PIXELS, 10, n_init=10, max_iter=300, seed=0)
    theirs = KMeans(10, n_init=10, random_state=0).fit(PIXELS.astype(float))
    assert ours.inertia <= 1.005 * theirs.inertia_


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_labels_are_the_nearest_centres(dtype):
    found = kmeans.fit(PIXELS.astype(dtype), 7, n_init=2, max_iter=50, seed=1)
    distances = brute_distances(PIXELS, found.centres)
    assert np.array_equal(found.labels, distances.argmin(axis=1))
    assert np.array_equal(found.distances, distances.min(axis=1))
    assert found.inertia == distances.min(axis=1).sum()
    assert np.array_equal(kmeans.assign(PIXELS.astype(dtype), found.centres), found.labels)


def test_counting_only_what_moved_changes_nothing():
    start = PIXELS[5:17].astype(np.int64)
    [hastened] = lloyd.lloyd(ExactPoints(PIXELS), start[None], 100)
    centres, labels = start, brute_distances(PIXELS, start).argmin(axis=1)
    for _ in range(hastened.n_iter):
        sums = np.stack([PIXELS[labels == c].sum(axis=0) for c in range(12)])
        centres = np.rint(sums / np.bincount(labels)[:, None]).astype(np.int64)
        labels = brute_distances(PIXELS, centres).argmin(axis=1)
    assert np.array_equal(hastened.centres, centres)
    assert np.array_equal(hastened.labels, labels)
    assert hastened.n_iter > 10


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


def test_more_clusters_than_distinct_points():
    found = kmeans.fit(np.ones((5, 2), dtype=np.int64), 3, n_init=1, max_iter=5, seed=0)
    assert found.inertia == 0


def test_what_cannot_be_clustered_is_refused():
    with pytest.raises(InputError, match="ask for 1 to 4"):
        kmeans.fit(PIXELS[:4], 5, n_init=1, max_iter=1, seed=0)
    with pytest.raises(InputError, match="use a coarser grid"):
        ExactPoints(np.array([[2**27]]))
    with pytest.raises(InputError, match=r"elbow\.k_max is below"):
        list(criteria.clusterings(PIXELS, [], n_init=1, max_iter=1, seed=0))


def test_large_bytes_are_summed_without_rounding():
    # Longer than float32 can sum: the exact path must take over.
    points = np.full((300, 784), 255, dtype=np.uint8)
    points[::2, :100] = 0
    found = kmeans.fit(points, 2, n_init=1, max_iter=10, seed=0)
    assert found.inertia == 0


def test_criteria_are_those_of_scikit_learn():
    found = list(criteria.clusterings(PIXELS, range(2, 9), n_init=1, max_iter=100, seed=0))
    sample = np.arange(0, len(PIXELS), 3)
    judge = criteria.Judge(PIXELS, sample)
    values = PIXELS.astype(float)
    assert [len(clustering.centres) for clustering in found] == list(range(2, 9))
    assert all(b.inertia < a.inertia for a, b in itertools.pairwise(found))
    for clustering in found:
        row = judge.criteria(clustering)
        labels = clustering.labels
        assert row["silhouette"] == pytest.approx(
            metrics.silhouette_score(values[sample], labels[sample]), abs=1e-9
        )
        expected = metrics.calinski_harabasz_score(values, labels)
        assert row["calinski_harabasz"] == pytest.approx(expected, rel=1e-3)
        expected = metrics.davies_bouldin_score(values, labels)
        assert row["davies_bouldin"] == pytest.approx(expected, rel=1e-3)


def test_a_sample_within_one_cluster_has_no_silhouette():
    points = np.array([[0], [1], [2], [90]])
    found = kmeans.fit(points, 2, n_init=3, max_iter=9, seed=0)
    assert criteria.Judge(points, np.array([0, 1, 2])).criteria(found)["silhouette"] == 0


def test_three_heaps_of_points_prefer_three():
    rng = np.random.default_rng(0)
    heaps = np.concatenate([rng.integers(-40, 40, (80, 2)) + at for at in (0, 900, -2000)])
    found = criteria.clusterings(heaps, range(2, 9), n_init=4, max_iter=99, seed=0)
    judge = criteria.Judge(heaps, np.arange(len(heaps)))
    best = criteria.preferred([judge.criteria(clustering) for clustering in found])
    assert best["knee"] == best["silhouette"] == best["davies_bouldin"] == 3


def test_a_short_curve_has_no_knee():
    assert criteria.knee([2, 3], [9, 4]) is None


TABLE = np.zeros((3, 10), dtype=np.int64)
TABLE[0, 4], TABLE[0, 9], TABLE[1, 4], TABLE[2, 7] = 5, 6, 9, 3


def test_names_of_a_table_made_by_hand():
    assert scores.one_to_one(TABLE) == [9, 4, 7]
    assert scores.majority(TABLE) == [9, 4, 7]
    assert scores.accuracy(TABLE, [9, 4, None]) == 15 / 23


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 14))
def test_no_other_matching_is_better(seed, k):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 50, (k, 10)).astype(np.int64)
    best = scores.accuracy(table + 1, scores.one_to_one(table + 1))
    for _ in range(20):
        names = [*rng.permutation(10), *[None] * 10][:k]
        assert scores.accuracy(table + 1, names) <= best


def test_scores_are_those_of_scikit_learn():
    clusters = np.where(np.arange(len(LABELS)) % 7, LABELS, 10)
    found = scores.score(LABELS, clusters, [*range(10), 3])
    summary, details = found["summary"], found["details"]
    assert summary["accuracy"] == pytest.approx(np.mean(clusters == LABELS), abs=1e-6)
    named = np.where(clusters == 10, 3, clusters)
    assert summary["majority_accuracy"] == pytest.approx(np.mean(named == LABELS), abs=1e-6)
    assert summary["nmi"] == pytest.approx(
        metrics.normalized_mutual_info_score(LABELS, clusters), abs=1e-6
    )
    assert summary["ari"] == pytest.approx(metrics.adjusted_rand_score(LABELS, clusters), abs=1e-6)
    assert details["cluster_size"] == np.bincount(clusters).tolist()
    assert details["cluster_purity"][:10] == [1.0] * 10
    recall = metrics.recall_score(LABELS, clusters, average=None, labels=range(10))
    assert details["recall"] == pytest.approx(recall, abs=1e-6)


def test_clusters_beyond_the_tenth_have_no_digit():
    named = scores.name_clusters(LABELS, np.arange(len(LABELS)) % 12, 12)
    assert named["one_to_one"].count(None) == 2
    assert scores.digits_of(np.array([0, 1]), [7, None]) == ["7", ""]


def test_misplacement_is_the_extra_way_to_the_own_digit():
    centres = np.array([[0, 0], [30, 40], [0, 100]])
    positions = np.array([[3, 4], [3, 4], [3, 4], [0, 90]])
    found = scores.misplacement(
        positions, centres, np.array([0, 0, 0, 2]), np.array([1, 2, 5, 3]), [1, 2, 3]
    )
    assert found == pytest.approx([0, np.hypot(27, 36) - 5, 0, 0])


@settings(max_examples=50)
@given(st.floats(-4000, 4000, width=32))
def test_snapping_moves_by_half_a_step_at_most(value):
    position = np.array([[value]], dtype=np.float32)
    assert abs(grid.snap(position)[0, 0] / grid.STEPS - float(position[0, 0])) <= 0.5 / grid.STEPS


def test_whole_numbers_stay_and_variance_is_exact():
    assert grid.snap(PIXELS) is PIXELS
    column = PIXELS[:, 400]
    assert grid.variance(column) == pytest.approx(np.var(column.astype(float)), rel=1e-12)


def test_rounding_warns_at_a_boundary_only():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_decimals(0.1234564) == 0.123456
        assert to_decimals(12345678901234) == 12345678901234
    with pytest.warns(RuntimeWarning, match="rounding boundary"):
        to_decimals(0.1234565)
    with pytest.warns(RuntimeWarning, match="rounding boundary"):
        to_decimals(0.1234565 - 1e-14)


@settings(max_examples=20, deadline=None)
@given(st.integers(100, 400), st.integers(0, 99))
def test_stratified_parts_keep_the_shares(size, seed):
    train, test = splitting.stratified(LABELS, size, seed)
    assert not set(train) & set(test)
    assert sorted([*train, *test]) == list(range(len(LABELS)))
    part = splitting.stratified_part(LABELS, train, size, seed, "train")
    assert len(part) == size
    assert set(part) <= set(train)
    shares = np.bincount(LABELS[part], minlength=10) / size
    assert np.abs(shares - np.bincount(LABELS[train], minlength=10) / len(train)).max() < 0.012


def test_parts_that_cannot_be_taken_are_refused():
    indices = np.arange(len(LABELS))
    assert splitting.stratified_part(LABELS, indices, None, 0, "train") is indices
    with pytest.raises(InputError, match=r"split\.test_size is 1436"):
        splitting.stratified_part(LABELS, indices, 1436, 0, "test")
    with pytest.raises(InputError, match="shows no 0, 9"):
        splitting.check_digits(np.arange(1, 9, dtype=np.uint8), "train")
    train, test = splitting.official(3, 5)
    assert (train.tolist(), test.tolist()) == ([0, 1, 2], [3, 4])
