"""Suspect labels of real digits, some of which are flipped."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors

from dev.studies.audit import PAIRS, SHARES
from mnist_clustering.errors import InputError
from mnist_clustering.findings import labels
from tests.support.real import LABELS, PIXELS

TRUE = LABELS.astype(int)
N = len(TRUE)


@pytest.fixture(scope="module")
def known():
    """Clusters and neighbours of digits, by scikit-learn."""
    near = NearestNeighbors(n_neighbors=31).fit(PIXELS).kneighbors(PIXELS, return_distance=False)
    clusters = KMeans(20, n_init=1, random_state=0).fit_predict(PIXELS)
    return clusters, np.array([row[row != i][:30] for i, row in enumerate(near)])


def find(given, known):
    clusters, near = known
    return labels.find(given, clusters, labels.neighbor_votes(near, 10), 10)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", ["random", "pairs"])
def test_flipped_labels_are_found_and_certainty_says_how_many_there_are(known, share, kind):
    rng = np.random.default_rng(5)
    flipped = rng.choice(N, round(share * N), replace=False)
    given = TRUE.copy()
    others = (TRUE[flipped] + rng.integers(1, 10, len(flipped))) % 10
    given[flipped] = others if kind == "random" else np.array(PAIRS)[TRUE[flipped]]
    found = find(given, known)
    right = np.isin(found.rows, flipped)
    assert right.sum() >= 0.97 * len(flipped)
    assert right[found.certainty >= 0.5].mean() > 0.85
    assert abs(found.certainty.sum() - len(flipped)) <= 3 + 0.2 * len(flipped)
    assert (np.diff(found.certainty) <= 0).all(), "the most certain first"
    assert (found.suggested[right] == TRUE[found.rows[right]]).mean() > 0.97


def test_an_own_label_does_not_vote(known):
    suggested = set()
    for label in set(range(10)) - {TRUE[7]}:
        given = TRUE.copy()
        given[7] = label
        found = find(given, known)
        (place,) = np.flatnonzero(found.rows == 7)
        assert found.given[place] == label
        suggested.add((found.suggested[place], found.support[place]))
    assert suggested == {(TRUE[7], 1.0)}


def test_images_without_label_are_no_suspects_and_have_no_vote(known):
    half = np.where(np.arange(N) % 2, TRUE, -1)
    assert not set(find(half, known).rows) & set(np.flatnonzero(half < 0))
    votes = labels.neighbor_votes(known[1], 10)(half)
    theirs = half[known[1]]
    expected = [np.bincount(row[row >= 0][: labels.VOTERS], minlength=10) for row in theirs]
    np.testing.assert_array_equal(votes, expected)


def test_a_distance_ratio_is_that_of_the_nearest_of_each_label():
    found = labels.Suspects(*(np.array([value]) for value in (0, 3, 5, 0.9, 1.0, 0.0)))
    given, near = np.array([3, 5, 3, 7]), np.array([[3, 1, 2]])
    ratio = labels.distance_ratios(found, given, near, np.array([[1, 4, 36]]))
    assert ratio == 3
    assert np.isinf(labels.distance_ratios(found, given, near[:, :2], np.array([[1, 4]])))
    assert np.isnan(labels.distance_ratios(found, given, near[:, :1], np.array([[1]])))


@pytest.mark.parametrize(
    ("given", "said"), [([-1, -1], "no image has a label"), ([2, -1, 2], "all labels are the same")]
)
def test_labels_that_cannot_be_suspect_are_refused(given, said):
    with pytest.raises(InputError, match=f"^{said}.*: give labels of two classes or more$"):
        labels.check(np.array(given))
