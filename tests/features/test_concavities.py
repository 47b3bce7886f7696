"""Concavities against a slow computation from their definition, and on shapes by hand."""

import numpy as np

from mnist_clustering.features.concavities import concavities, concavity_features
from tests.support.real import IMAGES


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


def test_features_by_their_definition():
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


def test_each_image_by_itself_in_any_chunk():
    together = concavity_features(IMAGES[:600])
    parts = [concavity_features(IMAGES[start : start + 75]) for start in range(0, 600, 75)]
    assert np.array_equal(together, np.concatenate(parts))
