"""Deskewing against regression, interpolation and scipy's affine transform."""

import numpy as np
import pytest
from scipy import ndimage

from mnist_clustering.features.deskew import deskew, slant
from tests.support.real import FEW, IMAGES


def test_slant_is_the_regression_of_columns_on_rows():
    shear, centre = slant(FEW)
    for image, found, middle in zip(FEW[:40], shear, centre, strict=False):
        rows, columns = np.nonzero(image)
        weights = image[rows, columns].astype(float)
        y = np.average(rows, weights=weights)
        x = np.average(columns, weights=weights)
        covariance = np.average((rows - y) * (columns - x), weights=weights)
        assert found == pytest.approx(covariance / np.average((rows - y) ** 2, weights=weights))
        assert middle == pytest.approx(y)


def test_deskew_interpolates_each_row_linearly():
    upright = deskew(FEW)
    shear, centre = slant(FEW)
    for index in range(25):
        for row in range(28):
            at = np.arange(28) + shear[index] * (row - centre[index])
            wide = np.concatenate([[0], FEW[index, row].astype(float), [0]])
            expected = np.interp(at, np.arange(-1, 29), wide)
            assert np.abs(upright[index, row] - expected).max() <= 0.5 + 1e-9


def test_deskewed_images_stand_upright():
    before, _ = slant(FEW)
    after, _ = slant(deskew(FEW))
    assert np.abs(after).mean() < 0.1 * np.abs(before).mean()


def by_scipy(image):
    """Shear about the centre of mass by the slope that the covariance matrix gives."""
    row, column = np.nonzero(image)
    cov = np.cov(row, column, aweights=image[row, column].astype(float), bias=True)
    shear = cov[0, 1] / cov[0, 0]
    middle = ndimage.center_of_mass(image)[0]
    return ndimage.affine_transform(
        image.astype(float),
        [[1, 0], [shear, 1]],
        offset=[0, -shear * middle],
        order=1,
        mode="grid-constant",
    )


def test_as_scipy_shears_in_the_middle_and_at_the_edges():
    for shift in (0, 9, -9):
        images = np.roll(IMAGES[:60], shift, axis=2)
        upright = deskew(images)
        for image, found in zip(images, upright, strict=True):
            assert np.abs(found - by_scipy(image)).max() <= 0.5 + 1e-6


def test_each_image_by_itself_in_any_chunk():
    small = IMAGES[:, 4:24:4, 4:24:4].copy()
    many = np.concatenate([small, small[:, ::-1], small[:, :, ::-1]])
    assert len(many) > 4096
    parts = [deskew(many[start : start + 997]) for start in range(0, len(many), 997)]
    assert np.array_equal(deskew(many), np.concatenate(parts))
