"""The pad's steps in a browser give what predict.py gives, to the bit."""

import json

import numpy as np
import pytest

from mnist_clustering.features import descriptors
from mnist_clustering.features.deskew import deskew
from mnist_clustering.model import fitted as model
from tests.support import pad


@pytest.fixture(scope="module")
def fitted(finished):
    return pad.load(finished[0])


@pytest.fixture(scope="module")
def placer(explorer):
    explorer.run(pad.READY)
    return explorer


def strange(seed=0):
    """Images of all sorts: noise, blank, full, one pixel, strokes at the edges, letters' parts."""
    rng = np.random.default_rng(seed)
    images = np.zeros((60, 28, 28), dtype=np.uint8)
    for i, image in enumerate(images[:50]):
        rows, columns = rng.integers(0, 29, 2), rng.integers(0, 29, 2)
        part = image[min(rows) : max(rows), min(columns) : max(columns)]
        part[:] = rng.integers(0, 256, part.shape) * (rng.random(part.shape) < 0.2 + i / 60)
    images[51] = 255
    images[52, 0, 0] = images[53, 27, 27] = 1
    images[54, 13] = images[55, :, 13] = 255
    np.fill_diagonal(images[56], 255)
    images[57, ::2] = 128
    return images


def check(page, fitted, images, drawn=False):
    placed = model.apply(fitted, images, drawn=np.full(len(images), drawn))
    text = json.dumps(images.reshape(len(images), -1).tolist())
    found = page.run(
        f"{text}.map((image) => placer.place(Uint8Array.from(image), {json.dumps(drawn)}))"
    )
    for row, got in enumerate(found):
        assert pad.equal(got, placed, row), row
        assert got["reason"] == placed.reasons[row]
    return placed


def test_test_images_are_placed_as_by_predict(placer, fitted, finished):
    images = np.load(finished[0] / "data/split/test_images.npy")
    placed = check(placer, fitted, images)
    assert placed.reasons.count(None) > 0.9 * len(images)


def test_training_images_find_themselves(placer, fitted, finished):
    images = np.load(finished[0] / "data/split/train_images.npy")
    placed = check(placer, fitted, images)
    assert (placed.distances[:, 0] == 0).all()


def test_strange_images_are_placed_and_refused_as_by_predict(placer, fitted):
    placed = check(placer, fitted, strange())
    assert len(set(placed.reasons)) >= 3


def test_drawings_are_judged_as_predict_judges_pictures(placer, fitted, finished):
    images = np.load(finished[0] / "data/split/test_images.npy")
    check(placer, fitted, np.concatenate([images, strange(2)]), drawn=True)


def test_the_steps_on_the_way_are_those_of_the_stages(placer, fitted):
    images = strange(1)
    text = json.dumps(images.reshape(len(images), -1).tolist())
    upright = placer.run(f"{text}.map((image) => Array.from(deskew(image, 28, 28)))")
    assert np.array_equal(np.uint8(upright).reshape(images.shape), deskew(images))
    features = placer.run(
        f"{text}.map((image) => Array.from(placer.describe(placer.upright(image))))"
    )
    assert np.array_equal(np.int16(features), descriptors.transform(images, fitted.descriptor))
    halves = placer.run("[0.5, 1.5, 2.5, -0.5, -1.5, 2.4999999999999996, 7].map(rint)")
    assert halves == np.rint([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999999999999996, 7]).tolist()
