"""The picture of the steps of one digit shows what the methods compute."""

import numpy as np

from dev import steps
from mnist_clustering.features import deskew
from mnist_clustering.sources import digits

IMAGES = digits.load()["train_images"]


def test_the_steps_of_an_image():
    lines = list(steps.steps(IMAGES[3]))
    assert [len(line.tiles) for line in lines] == [2, 8, 8, 6]
    assert np.array_equal(lines[0].tiles[0], IMAGES[3])
    assert np.array_equal(lines[0].tiles[1], deskew.deskew(IMAGES[3][None])[0])
    assert all(max(tile.max() for tile in line.tiles) == 255 for line in lines[1:3])


def test_neighbours_follow_the_image(tmp_path, monkeypatch):
    np.save(tmp_path / "indices.npy", np.arange(100).reshape(5, 20)[:, ::-1])
    monkeypatch.setattr(steps, "SEARCHES", (("Neighbours", "", tmp_path / "indices.npy"),))
    [line] = steps.neighbours(IMAGES, 2)
    assert np.array_equal(line.tiles, IMAGES[[2, *range(59, 50, -1)]])
    figure = steps.draw([*steps.steps(IMAGES[2]), line], 2)
    assert len(figure.axes) == 2 + 8 + 8 + 6 + 10
    assert figure.axes[-1].get_title() == "9"
