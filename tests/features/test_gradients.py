"""Gradients, their decomposition and the whole feature against slow computations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from mnist_clustering.features import gradients
from mnist_clustering.features.gradients import DIRECTIONS, decompose, gradient, gradient_features
from tests.support.real import FEW, IMAGES


def test_gradient_by_an_explicit_loop():
    horizontal, vertical = gradient(FEW[:1])
    wide = np.pad(FEW[0].astype(int), 3)
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
    features = gradient_features(FEW).astype(float)
    assert np.linalg.norm(features, axis=1) == pytest.approx(512, abs=8)
    faint = gradient_features(FEW // 2).astype(float)
    cosines = (features * faint).sum(axis=1) / 512**2
    assert cosines.min() > 0.97


def test_an_edge_falls_into_its_direction():
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[:, :, 14:] = 200
    energy = (gradient_features(image).reshape(8, 64).astype(int) ** 2).sum(axis=1)
    assert energy.argmax() == DIRECTIONS.index((1, 0))


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


def test_features_by_their_definition():
    images = IMAGES[:30:3]
    expected = np.stack([slow_features(image) for image in images])
    assert np.array_equal(gradient_features(images), expected)


def test_a_transposed_image_has_transposed_features():
    plain = gradient_features(IMAGES[:20]).reshape(-1, 8, 8, 8)
    turned = gradient_features(IMAGES[:20].transpose(0, 2, 1)).reshape(-1, 8, 8, 8)
    swapped = [DIRECTIONS.index((row, column)) for column, row in DIRECTIONS]
    assert np.array_equal(turned, plain[:, swapped].transpose(0, 1, 3, 2))


def test_a_number_beyond_a_byte_is_cut_off():
    lonely = np.zeros((1, 512))
    lonely[0, 7] = 2.0**41
    assert gradients._normalise(lonely)[0, 7] == 255


def test_roots_are_rounded_before_they_are_scaled():
    # Roots of 3 and 97 are 2 and 10, sixteen times: a length of sqrt(16 * 104).
    pooled = np.array([[3.0, 97.0] * 16])
    expected = [round(512 * root / 1664**0.5) for root in (2, 10)]
    assert gradients._normalise(pooled).tolist() == [expected * 16]


def test_each_image_by_itself_in_any_chunk():
    together = gradient_features(IMAGES[:600])
    parts = [gradient_features(IMAGES[start : start + 75]) for start in range(0, 600, 75)]
    assert np.array_equal(together, np.concatenate(parts))
