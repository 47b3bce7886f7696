"""Arrays of other programs: the same images from each format, and a sentence for what is none."""

from functools import partial

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.images import arrays, form
from tests.support import encoded
from tests.support.real import IMAGES, LABELS

FEW, OWN = IMAGES[:12], LABELS[:12].tolist()
lines = partial(encoded.lines, FEW, OWN)


def test_one_image_may_stand_alone():
    for single in (FEW[0], FEW[0].ravel(), FEW[0].astype(float) / 255):
        assert np.array_equal(arrays.to_images(single), FEW[:1])
    # But 64 rows of 64 are 64 images of 8 x 8, unless their shape is stated.
    square = np.zeros((64, 64), dtype=np.uint8)
    assert arrays.to_images(square).shape == (64, 8, 8)
    assert arrays.to_images(square, [64, 64]).shape == (1, 64, 64)


def test_colours_are_weighed_as_those_of_pictures_are():
    colours = np.random.default_rng(0).integers(0, 256, (2, 30, 20, 3)).astype(np.uint8)
    expected = np.stack([np.asarray(Image.fromarray(picture).convert("L")) for picture in colours])
    for values in (colours, colours.astype(float), np.moveaxis(colours, 3, 1)):
        assert np.array_equal(arrays.to_images(values), expected)


def test_a_part_is_scaled_as_the_whole():
    values = FEW.reshape(12, -1) / 255
    scale = arrays.scale_of([values])
    assert "times 255" in scale.note
    dark = values[values.max(axis=1).argmin()][None] * 0.1
    assert arrays.to_images(dark, scale=scale).max() < 30
    assert arrays.scale_of([FEW]).note is None


@pytest.mark.parametrize(
    "text",
    [
        lines(),
        "\ufeff" + lines(),
        lines().replace("\n", "\r\n") + "\r\n",
        lines(";"),
        lines(";", decimals=","),
        lines("\t"),
        lines(header=False),
        lines(" ", header=False),
        lines(";", header=False, decimals=","),
        lines(header=False, last=True),
        lines().replace("label", "Class"),
        ",".join(["label", *map(str, range(784))]) + "\n" + lines(header=False),
    ],
    ids=range(12),
)
def test_tables_of_every_dialect_hold_the_same(text):
    table = arrays.read("a.csv", text.encode())["train"]
    assert table.labels == OWN
    assert np.array_equal(arrays.to_images(table.values), FEW)


def test_rounding_loses_what_it_says():
    values = np.random.default_rng(0).normal(size=(400, 30)) * np.linspace(1, 3, 30) + 50
    grid = form.to_grid(values)
    steps = np.ptp(grid.vectors.astype(int), axis=0)
    assert steps.max() == 255
    # One step for all dimensions: distances are those of the values but for the loss.
    step = np.ptp(values, axis=0).max() / 255
    centred = values - values.mean(axis=0)
    rounded = grid.vectors * step
    rounded -= rounded.mean(axis=0)
    assert grid.loss == pytest.approx(
        ((rounded - centred) ** 2).sum() / (centred**2).sum(), rel=0.02
    )
    assert 0 < grid.loss < 1e-3
