"""Copies of real digits, made as users make them, beside digits that are none."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from dev.studies.audit import MAKERS
from mnist_clustering.findings import copies
from tests.support.real import FEW

SOURCES = np.arange(0, 200, 10)


def neighbors(images):
    flat = images.reshape(len(images), -1).astype(float)
    near = NearestNeighbors(n_neighbors=5).fit(flat).kneighbors(flat, return_distance=False)
    return np.array([row[row != i][:4] for i, row in enumerate(near)])


# Of those to which a dot is added not all are found.
@pytest.mark.parametrize("name", [name for name in MAKERS if name != "a dot added"])
def test_each_kind_of_copy_is_found_and_told_apart(name):
    kind, make = MAKERS[name]
    images = np.concatenate([FEW, [make(image, i) for i, image in enumerate(FEW[SOURCES])]])
    found = copies.find(images, neighbors(images), n_jobs=2)
    claimed = {
        tuple(sorted(pair)): own
        for pair, own in zip(found.pairs.tolist(), found.kinds, strict=True)
    }
    wanted = {(source, 200 + i): kind for i, source in enumerate(SOURCES.tolist())}
    assert {pair: claimed.get(pair) for pair in wanted} == wanted
    true = {pair for pair, own in claimed.items() if own != copies.SIMILAR}
    assert true == set(wanted), "nothing else is a copy"
    if kind == "contained":
        assert (found.pairs[np.array(found.kinds) == kind, 1] < 200).all(), "the whole is second"


def test_without_neighbours_copies_that_share_bytes_are_found():
    moved = np.roll(FEW[SOURCES], 1, axis=2)
    found = copies.find(np.concatenate([FEW, FEW[SOURCES], moved]))
    assert found.kinds == ["identical"] * 20 + ["near"] * 20


def test_blank_images_and_few_are_no_obstacle():
    blank = np.zeros((3, 28, 28), dtype=np.uint8)
    assert copies.find(blank).pairs.tolist() == [[0, 1], [0, 2]]
    assert copies.find(FEW[:1]).kinds == []
