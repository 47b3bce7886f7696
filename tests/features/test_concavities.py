"""Concavities against a slow computation from their definition, and on shapes by hand."""

import numpy as np
import pytest

from mnist_clustering.features.concavities import concavities, concavity_features
from mnist_clustering.features.pooling import pooling_kernel
from tests.support.real import IMAGES

RING = ["#####", "#...#", "#...#", "#####"]
OPEN_RIGHT = ["#####", "#....", "#....", "#####"]
OPEN_LEFT = ["#####", "....#", "....#", "#####"]
OPEN_UP = ["#...#", "#...#", "#...#", "#####"]


def image(rows):
    drawn = np.zeros((28, 28), dtype=np.uint8)
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            drawn[10 + y, 12 + x] = 200 * (mark == "#")
    return drawn


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(RING, [6, 0, 0]), (OPEN_RIGHT, [0, 8, 0]), (OPEN_LEFT, [0, 0, 8]), (OPEN_UP, [0, 0, 0])],
)
def test_what_closes_the_background_of_a_shape(rows, expected):
    found = concavities(image(rows)[None])[..., 0]
    assert [int((kind == 200).sum()) for kind in found] == expected
    assert set(np.unique(found)) <= {0, 200}


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


def test_a_mirrored_image_opens_to_the_other_side():
    plain = concavities(IMAGES[:50])
    mirrored = concavities(IMAGES[:50, :, ::-1])[:, :, ::-1]
    assert np.array_equal(mirrored, plain[[0, 2, 1]])


def test_each_image_by_itself_in_any_chunk():
    together = concavity_features(IMAGES[:600])
    parts = [concavity_features(IMAGES[start : start + 75]) for start in range(0, 600, 75)]
    assert np.array_equal(together, np.concatenate(parts))


def test_a_pooling_kernel_is_binomial_and_cut_at_the_edges():
    kernel = pooling_kernel(10, 3, 4, 2)
    assert kernel.tolist() == [
        [2, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 2, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 1, 2, 1],
    ]
