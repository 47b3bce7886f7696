"""Deskewing, gradients, PCA and descriptors against slow or independent references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.decomposition import PCA

from stages.methods.data import digits
from stages.methods.errors import InputError
from stages.methods.exact import pca
from stages.methods.features import descriptors
from stages.methods.features.concavities import concavity_features
from stages.methods.features.deskew import deskew, slant
from stages.methods.features.gradients import DIRECTIONS, decompose, gradient, gradient_features

IMAGES = digits.load()["train_images"][:200]


def test_slant_is_the_regression_of_columns_on_rows():
    shear, centre = slant(IMAGES)
    for image, found, middle in zip(IMAGES[:40], shear, centre, strict=False):
        rows, columns = np.nonzero(image)
        weights = image[rows, columns].astype(float)
        y = np.average(rows, weights=weights)
        x = np.average(columns, weights=weights)
        covariance = np.average((rows - y) * (columns - x), weights=weights)
        assert found == pytest.approx(covariance / np.average((rows - y) ** 2, weights=weights))
        assert middle == pytest.approx(y)


def test_deskew_interpolates_each_row_linearly():
    upright = deskew(IMAGES)
    shear, centre = slant(IMAGES)
    for index in range(25):
        for row in range(28):
            at = np.arange(28) + shear[index] * (row - centre[index])
            wide = np.concatenate([[0], IMAGES[index, row].astype(float), [0]])
            expected = np.interp(at, np.arange(-1, 29), wide)
            assert np.abs(upright[index, row] - expected).max() <= 0.5 + 1e-9


def test_deskewed_images_stand_upright():
    before, _ = slant(IMAGES)
    after, _ = slant(deskew(IMAGES))
    assert np.abs(after).mean() < 0.1 * np.abs(before).mean()


def test_blank_images_stay_blank():
    blank = np.zeros((3, 28, 28), dtype=np.uint8)
    assert not deskew(blank).any()
    assert not gradient_features(blank).any()
    assert not concavity_features(blank).any()


def test_gradient_by_an_explicit_loop():
    horizontal, vertical = gradient(IMAGES[:1])
    wide = np.pad(IMAGES[0].astype(int), 3)
    kernel = np.outer([1, 2, 1], [1, 2, 1])

    def blurred(row, column):
        return int((wide[row - 1 : row + 2, column - 1 : column + 2] * kernel).sum())

    for row in range(30):
        for column in range(30):
            y, x = row + 2, column + 2
            assert horizontal[0, row, column] == blurred(y, x + 1) - blurred(y, x - 1)
            assert vertical[0, row, column] == blurred(y + 1, x) - blurred(y - 1, x)


@given(st.integers(-4000, 4000), st.integers(-4000, 4000))
def test_decomposition_adds_up_to_the_gradient(across, down):
    parts = decompose(np.array([[[across]]], dtype=np.int32), np.array([[[down]]], dtype=np.int32))
    amounts = parts[:, 0, 0, 0]
    assert (amounts >= 0).all()
    assert (amounts > 0).sum() <= 2
    # Parts are 5 times those along axes and 7, for 5 sqrt(2), times those along diagonals.
    units = [5 if 0 in direction else 7 for direction in DIRECTIONS]
    rebuilt = sum(
        amount / unit * np.array(direction)
        for amount, unit, direction in zip(amounts, units, DIRECTIONS, strict=True)
    )
    assert rebuilt == pytest.approx([across, down])


def test_features_have_one_length_and_no_scale():
    features = gradient_features(IMAGES).astype(float)
    assert np.linalg.norm(features, axis=1) == pytest.approx(512, abs=8)
    faint = gradient_features(IMAGES // 2).astype(float)
    cosines = (features * faint).sum(axis=1) / 512**2
    assert cosines.min() > 0.97


def test_an_edge_falls_into_its_direction():
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[:, :, 14:] = 200
    energy = (gradient_features(image).reshape(8, 64).astype(int) ** 2).sum(axis=1)
    assert energy.argmax() == DIRECTIONS.index((1, 0))


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_scores_are_those_of_scikit_learn_up_to_stretch_and_rounding(weight):
    points = IMAGES.reshape(len(IMAGES), -1)
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


def test_scores_of_an_image_do_not_depend_on_the_others():
    points = IMAGES.reshape(len(IMAGES), -1)
    basis = pca.fit(points, 12)
    together = pca.transform(basis, points)
    singly = np.concatenate([pca.transform(basis, points[i : i + 1]) for i in range(20)])
    assert np.array_equal(singly, together[:20])


def test_signs_of_the_solver_do_not_matter(monkeypatch):
    points = IMAGES.reshape(len(IMAGES), -1)
    expected = pca.fit(points, 6).loadings
    solve = np.linalg.eigh

    def turned(matrix):
        values, vectors = solve(matrix)
        return values, -vectors

    monkeypatch.setattr(np.linalg, "eigh", turned)
    assert np.array_equal(pca.fit(points, 6).loadings, expected)


def test_doubtful_loadings_are_counted_and_told():
    # Two equal variances leave the axes between them open.
    points = np.zeros((4, 3), dtype=np.uint8)
    points[0, 0] = points[1, 1] = points[2, 2] = 100
    with pytest.warns(RuntimeWarning, match="rounding boundary"):
        basis = pca.fit(points, 2)
    assert basis.doubtful > 0


def test_too_many_components_and_no_block_are_refused():
    with pytest.raises(InputError, match="ask for at most 4"):
        pca.fit(IMAGES[:5].reshape(5, -1), 5)
    blocks = [descriptors.Block("gradient", 4, 0), descriptors.Block("pixel", 4, 0)]
    with pytest.raises(InputError, match="all blocks"):
        descriptors.fit_transform(IMAGES, blocks, deskewed=True, whiten=True)


@pytest.mark.parametrize("deskewed", [True, False])
def test_descriptor_sets_weighted_blocks_side_by_side(deskewed):
    blocks = [
        descriptors.Block("gradient", 6, 1.0),
        descriptors.Block("concavity", 0, 0),
        descriptors.Block("pixel", 4, 0.5),
    ]
    fitted, found = descriptors.fit_transform(IMAGES, blocks, deskewed=deskewed, whiten=True)
    assert np.array_equal(found, descriptors.transform(IMAGES, fitted))
    assert found.shape == (len(IMAGES), 10)
    spread = [np.sqrt(found[:, columns].var(axis=0).sum()) for columns in (slice(6), slice(6, 10))]
    assert spread[1] / spread[0] == pytest.approx(0.5, rel=0.02)
    again = descriptors.from_arrays(descriptors.to_arrays(fitted))
    assert np.array_equal(descriptors.transform(IMAGES, again), found)


@settings(max_examples=25)
@given(hnp.arrays(np.uint8, (3, 28, 28)))
def test_any_image_has_features(images):
    assert deskew(images).dtype == np.uint8
    assert gradient_features(images).shape == (3, 512)
    assert concavity_features(images).shape == (3, 147)
