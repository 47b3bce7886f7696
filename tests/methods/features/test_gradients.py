"""The whole gradient feature against a slow computation from its definition."""

import numpy as np
from scipy import ndimage

from stages.methods.data import digits
from stages.methods.features import gradients
from stages.methods.features.gradients import DIRECTIONS, gradient_features

IMAGES = digits.load()["train_images"]


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
