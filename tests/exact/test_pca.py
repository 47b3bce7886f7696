"""Principal components: exact sums and products, and an honest count of doubtful roundings."""

from fractions import Fraction

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from mnist_clustering.errors import InputError
from mnist_clustering.exact import pca
from tests.support.real import FEW, PIXELS

SMALL = load_digits().data.astype(np.uint8) * 15


def test_scores_are_those_of_scikit_learn_up_to_stretch_and_rounding():
    weight = 0.5
    points = FEW.reshape(len(FEW), -1)
    basis = pca.fit(points, 12, weight, whiten=True)
    scores = pca.transform(basis, points).astype(float)
    reference = PCA(12, svd_solver="full").fit(points.astype(float))
    expected = reference.transform(points.astype(float))
    share = reference.explained_variance_ / reference.explained_variance_[0]
    expected /= share ** (1 / 8)
    expected *= weight * pca.SCORE_UNIT / np.sqrt((expected**2).sum(axis=1).mean())
    centred = scores - scores.mean(axis=0)
    signs = np.sign((centred * expected).sum(axis=0))
    assert np.abs(centred * signs - expected).max() < 8


def test_scores_are_exact_products_rounded_once():
    basis = pca.fit(PIXELS, 9)
    found = pca.transform(basis, PIXELS[:60])
    for point, row in zip(PIXELS[:60].astype(int), found, strict=True):
        products = [int(x) for x in (point - basis.mean) @ basis.loadings]
        assert row.tolist() == [round(Fraction(x, basis.divisor)) for x in products]


def test_covariance_of_many_points_is_exact():
    # More than 370,000, whose products of sums no float64 holds; nearly all of it cancels.
    rng = np.random.default_rng(0)
    points = rng.integers(253, 256, (600_000, 2), dtype=np.uint8)
    mean, covariance = pca._moments(points)
    x, y = points.astype(np.int64).T
    n = len(points)
    for (i, j), product in {(0, 0): x @ x, (0, 1): x @ y, (1, 1): y @ y}.items():
        sums = int(points[:, i].sum(dtype=np.int64)) * int(points[:, j].sum(dtype=np.int64))
        exact = Fraction(n * int(product) - sums, n * n)
        assert abs(Fraction(float(covariance[i, j])) - exact) <= abs(exact) * Fraction(1, 2**51)
    assert mean[0] == float(Fraction(int(x.sum()), n))


def test_more_points_than_one_chunk_holds():
    points = np.concatenate([SMALL, SMALL[::2] // 2, SMALL // 3, SMALL + 9, SMALL // 5, SMALL + 1])
    assert len(points) > 8192
    basis = pca.fit(points, 8)
    theirs = PCA(8, svd_solver="full").fit(points.astype(float))
    axes = basis.loadings / np.linalg.norm(basis.loadings, axis=0)
    assert np.abs((axes.T * theirs.components_).sum(axis=1)).min() > 0.9999
    parts = [pca.transform(basis, points[start : start + 1000]) for start in range(0, 10000, 1000)]
    assert np.array_equal(pca.transform(basis, points), np.concatenate(parts))


def test_another_solver_rounds_to_the_same_loadings(monkeypatch):
    # The same eigenproblem in another order of features: other roundings, as on another machine.
    expected = pca.fit(PIXELS, 40, whiten=True)
    assert expected.doubtful == 0
    solve, seen = np.linalg.eigh, []
    order = np.random.default_rng(0).permutation(PIXELS.shape[1])

    def shuffled(matrix):
        values, vectors = solve(matrix[np.ix_(order, order)])
        seen.append(np.abs(values - solve(matrix)[0]).max())
        return values, vectors[np.argsort(order)]

    monkeypatch.setattr(np.linalg, "eigh", shuffled)
    assert np.array_equal(pca.fit(PIXELS, 40, whiten=True).loadings, expected.loadings)
    assert seen[0] > 0


@pytest.mark.parametrize(
    ("lengths", "doubtful_axes"),
    [((50, 50, 20), {0, 1}), ((50, 20, 20), {1, 2}), ((50, 30, 20), set())],
)
def test_axes_of_equal_variance_are_all_doubtful(lengths, doubtful_axes):
    steps = np.diag(lengths)
    points = np.concatenate([100 + steps, 100 - steps]).astype(np.uint8)
    if doubtful_axes:
        with pytest.warns(RuntimeWarning, match=f"{3 * len(doubtful_axes)} loadings"):
            basis = pca.fit(points, 3)
    else:
        basis = pca.fit(points, 3)
    assert basis.doubtful == 3 * len(doubtful_axes)


def test_more_points_than_exact_sums_allow_are_refused():
    # Takes no memory: one row, repeated by a stride of zero.
    for n in (12_000_000, 10**8):
        with pytest.raises(InputError, match=f"{n} images are too many"):
            pca.fit(np.broadcast_to(np.zeros(3, dtype=np.uint8), (n, 3)), 2)


def test_more_components_than_images_allow_are_refused():
    with pytest.raises(InputError, match="ask for at most 4"):
        pca.fit(FEW[:5].reshape(5, -1), 5)
