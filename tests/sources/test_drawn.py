"""Pictures that are drawn on the spot: what a set without a network consists of."""

import functools
import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.sources import drawn


@functools.cache
def pictures(name):
    return drawn.pictures(name)


def opened(png):
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)


@pytest.mark.parametrize(("name", "classes", "of_each"), [("letters", 26, 44), ("signs", 12, 25)])
def test_every_class_has_as_many_pictures_and_hardly_two_are_equal(name, classes, of_each):
    found = pictures(name)
    sizes = Counter(path.partition("/")[0] for path in found)
    assert len(sizes) == classes
    assert set(sizes.values()) == {of_each}
    assert len(set(found.values())) > 0.99 * len(found)
    assert drawn.pictures(name) == found


def test_letters_are_black_on_white_and_alike_within_a_class():
    found = pictures("letters")
    for path in ("A/DejaVuSans_0.png", "W/cmti10_1.png"):
        picture = opened(found[path])
        assert (picture.min(), picture.max()) == (0, 255)
        assert (picture[0] == 255).all()
    # An O has a hole in its middle, an I has ink there, in each typeface.
    for letter, share in (("O", 0), ("I", 1)):
        for path in (path for path in found if path.startswith(f"{letter}/DejaVuSans")):
            picture = opened(found[path])
            height, width, _ = picture.shape
            middle = picture[height // 2 - 2 : height // 2 + 3, width // 2 - 1 : width // 2 + 2]
            assert (middle < 128).mean() == pytest.approx(share, abs=0.4), path


def test_signs_have_colours_dark_on_light_and_light_on_dark():
    shades = []
    for png in list(pictures("signs").values())[:25]:
        picture = opened(png)
        paper = picture[0, 0]
        ink = picture.reshape(-1, 3)[np.abs(picture.reshape(-1, 3) - paper).sum(axis=1).argmax()]
        assert abs(ink.mean() - paper.mean()) > 50
        shades.append(paper.mean() > ink.mean())
    assert 5 < sum(shades) < 20


def test_an_unknown_set_is_one_sentence():
    with pytest.raises(InputError, match="no set 'faces' is drawn on the spot: there are letters"):
        drawn.pictures("faces")
