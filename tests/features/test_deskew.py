"""Deskewing against regression, interpolation and scipy's affine transform."""

import numpy as np
from scipy import ndimage

from mnist_clustering.features.deskew import deskew
from tests.support.real import IMAGES


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
