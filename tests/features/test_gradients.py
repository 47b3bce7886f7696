"""Gradients, their decomposition and the whole feature against slow computations."""

import numpy as np
from scipy import ndimage

from mnist_clustering.features.gradients import DIRECTIONS, gradient_features
from tests.support.real import IMAGES


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


def test_each_image_by_itself_in_any_chunk():
    together = gradient_features(IMAGES[:600])
    parts = [gradient_features(IMAGES[start : start + 75]) for start in range(0, 600, 75)]
    assert np.array_equal(together, np.concatenate(parts))
