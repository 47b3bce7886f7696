"""Images of any size, background and polarity come into the same form."""

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import form, frame
from mnist_clustering.images.decode import decode
from tests.support.encoded import picture


def shape(height=60, width=60, paper=0, ink=255, top=10, left=20):
    image = np.full((height, width), paper, dtype=np.uint8)
    image[top : top + 36, left : left + 12] = ink
    image[top : top + 12, left : left + 24] = ink
    return image


def apart(a, b):
    """Mean difference in grey levels."""
    return np.abs(a.astype(int) - b).mean()


@pytest.mark.parametrize(
    "image",
    [
        shape(left=30, top=20),
        shape(paper=255, ink=0),
        shape(paper=90, ink=190),
        shape(200, 90),
        shape().repeat(3, axis=0).repeat(3, axis=1),
    ],
)
def test_margin_size_and_polarity_do_not_matter(image):
    formed = frame.frame(image)
    assert formed.shape == (28, 28)
    assert apart(formed, frame.frame(shape())) < 3
    assert formed.max() == 255
    assert not formed[[0, 27]].any()


@pytest.mark.parametrize("d", [1, 2, 7, 16, 384])
def test_tiles_hold_every_number(d):
    vectors = np.random.default_rng(0).integers(1, 256, (3, d)).astype(np.uint8)
    tiles = form.to_tiles(vectors)
    assert np.array_equal(tiles.reshape(3, -1)[:, :d], vectors)
    assert not tiles.reshape(3, -1)[:, d:].any()
    assert 0 <= tiles.shape[2] - tiles.shape[1] <= 1


@pytest.mark.parametrize("name", ["frame", "handwriting"])
def test_a_blank_sheet_has_no_form(name):
    blank = decode(picture(Image.new("L", (90, 60), 200)))
    with pytest.raises(InputError, match="nothing"):
        frame.picture_to_form(blank, name)
