"""Descriptors and their blocks, of any image, against slow computations from the definitions."""

import numpy as np
import pytest
from scipy import ndimage

from mnist_clustering.errors import InputError
from mnist_clustering.features import descriptors
from mnist_clustering.features.concavities import concavities, concavity_features
from mnist_clustering.features.deskew import deskew
from mnist_clustering.features.gradients import DIRECTIONS, gradient_features
from tests.support.real import FEW, IMAGES


@pytest.mark.parametrize("deskewed", [True, False])
def test_descriptor_sets_weighted_blocks_side_by_side(deskewed):
    blocks = [
        descriptors.Block("gradient", 6, 1.0),
        descriptors.Block("concavity", 0, 0),
        descriptors.Block("pixel", 4, 0.5),
    ]
    fitted, found = descriptors.fit_transform(FEW, blocks, deskewed=deskewed, whiten=True)
    assert np.array_equal(found, descriptors.transform(FEW, fitted))
    assert found.shape == (len(FEW), 10)
    spread = [np.sqrt(found[:, columns].var(axis=0).sum()) for columns in (slice(6), slice(6, 10))]
    assert spread[1] / spread[0] == pytest.approx(0.5, rel=0.02)
    again = descriptors.from_arrays(descriptors.to_arrays(fitted))
    assert np.array_equal(descriptors.transform(FEW, again), found)


def test_no_block_at_all_is_refused():
    blocks = [descriptors.Block("gradient", 4, 0), descriptors.Block("pixel", 4, 0)]
    with pytest.raises(InputError, match="all blocks"):
        descriptors.fit_transform(FEW, blocks, deskewed=True, whiten=True)


@pytest.mark.parametrize(
    ("compute", "chunk"), [(deskew, 997), (concavity_features, 75), (gradient_features, 75)]
)
def test_each_image_by_itself_in_any_chunk(compute, chunk):
    images = IMAGES[:600]
    if compute is deskew:  # Which takes thousands at once.
        small = IMAGES[:, 4:24:4, 4:24:4].copy()
        images = np.concatenate([small, small[:, ::-1], small[:, :, ::-1]])
        assert len(images) > 4096
    parts = [compute(images[start : start + chunk]) for start in range(0, len(images), chunk)]
    assert np.array_equal(compute(images), np.concatenate(parts))


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


def test_concavities_by_their_definition():
    drawn = IMAGES[7].astype(int)
    found = concavities(IMAGES[7:8])[..., 0]
    for y in range(28):
        for x in range(28):
            left, right = drawn[y, : x + 1].max(), drawn[y, x:].max()
            between = min(drawn[: y + 1, x].max(), drawn[y:, x].max())
            closed = min(between, left, right)
            expected = [closed - drawn[y, x], min(between, left) - closed]
            assert found[:, y, x].tolist() == [*expected, min(between, right) - closed]


def test_features_of_concavities_by_their_definition():
    rows = range(3, 24, 5)
    binomial = np.array([1, 8, 28, 56, 70, 56, 28, 8, 1])
    found = concavity_features(IMAGES[list(rows)]).reshape(-1, 3, 7, 7)
    for row, features in zip(rows, found, strict=True):
        maps = concavities(IMAGES[row : row + 1])[..., 0].astype(int)
        padded = np.pad(maps, ((0, 0), (4, 4), (4, 4)))
        for i in range(7):
            for j in range(7):
                window = padded[:, 4 * i + 1 : 4 * i + 10, 4 * j + 1 : 4 * j + 10]
                pooled = np.einsum("kyx,y,x->k", window, binomial, binomial)
                expected = np.rint(np.sqrt(pooled * 255 / 2**16))
                assert features[:, i, j].tolist() == expected.tolist()


def slow_features(image):
    """Sector by angle, split by solving two equations, pool tap by tap."""
    wide = np.pad(image.astype(float), 1)
    blur = np.outer([1, 2, 1], [1, 2, 1])
    blurred = ndimage.correlate(np.pad(wide, 1), blur, mode="constant")
    down, across = (blurred[2:, 1:-1] - blurred[:-2, 1:-1], blurred[1:-1, 2:] - blurred[1:-1, :-2])
    maps = np.zeros((8, 30, 30))
    for row, column in np.argwhere((across != 0) | (down != 0)):
        vector = np.array([across[row, column], down[row, column]])
        sector = int(np.arctan2(vector[1], vector[0]) % (2 * np.pi) // (np.pi / 4)) % 8
        two = [sector, (sector + 1) % 8]
        amounts = np.linalg.solve(np.array([DIRECTIONS[i] for i in two], dtype=float).T, vector)
        for direction, amount in zip(two, amounts, strict=True):
            unit = 5 if 0 in DIRECTIONS[direction] else 7
            maps[direction, row, column] += round(amount) * unit
    binomial = np.array([1])
    for _ in range(12):
        binomial = np.convolve(binomial, [1, 1])
    padded = np.pad(maps, ((0, 0), (6, 6), (6, 6)))
    roots = []
    for direction in range(8):
        for row in range(0, 29, 4):
            for column in range(0, 29, 4):
                window = padded[direction, row : row + 13, column : column + 13]
                roots.append(round(float(binomial @ window @ binomial) ** 0.5))
    return np.rint(np.array(roots) * 512 / np.linalg.norm(roots))


def test_features_of_gradients_by_their_definition():
    images = IMAGES[:30:3]
    expected = np.stack([slow_features(image) for image in images])
    assert np.array_equal(gradient_features(images), expected)
