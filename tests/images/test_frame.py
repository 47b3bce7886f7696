"""Images of any size, background and polarity come into the same form."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import form, frame
from mnist_clustering.images.decode import decode
from tests.support.real import IMAGES


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


def test_what_fills_the_frame_is_scaled_as_it_is():
    rough = np.random.default_rng(0).integers(60, 200, (56, 56)).astype(np.uint8)
    formed = frame.frame(rough)
    assert formed[0].mean() > 60
    assert formed[:, 0].mean() > 60
    assert not frame.frame(np.full((9, 5), 7, dtype=np.uint8)).any()


def test_handwriting_comes_out_the_same_at_every_size():
    for image in IMAGES[:8]:
        formed = [
            frame.to_form(np.asarray(Image.fromarray(image).resize((side, side))), "handwriting")
            for side in (64, 100, 160)
        ]
        assert max(apart(formed[0], other) for other in formed[1:]) < 12
        assert (
            apart(formed[0], frame.to_form(255 - image.repeat(3, 0).repeat(3, 1), "handwriting"))
            < 15
        )


@pytest.mark.parametrize("d", [1, 2, 7, 16, 384])
def test_tiles_hold_every_number(d):
    vectors = np.random.default_rng(0).integers(1, 256, (3, d)).astype(np.uint8)
    tiles = form.to_tiles(vectors)
    assert np.array_equal(tiles.reshape(3, -1)[:, :d], vectors)
    assert not tiles.reshape(3, -1)[:, d:].any()
    assert 0 <= tiles.shape[2] - tiles.shape[1] <= 1


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


DRAWN = Image.fromarray(shape())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_format_shows_the_same(kind):
    found = decode(encoded(DRAWN, kind))
    assert apart(frame.picture_to_form(found, "frame"), frame.frame(shape())) < 4
    assert found.thumbnail(32).shape == (32, 32, 3)
    assert not found.coloured


def test_colour_depth_and_transparency():
    red = np.zeros((60, 60, 3), dtype=np.uint8)
    red[..., 0] = shape()
    assert decode(encoded(Image.fromarray(red))).coloured
    deep = Image.fromarray(shape().astype(np.uint16) * 16)  # 12 bits in 16
    clear = Image.merge("LA", (Image.new("L", DRAWN.size, 0), DRAWN))
    for picture in (deep, clear):
        found = frame.picture_to_form(decode(encoded(picture)), "frame")
        assert apart(found, frame.frame(shape())) < 4


@pytest.mark.parametrize("name", ["frame", "handwriting"])
def test_a_blank_sheet_has_no_form(name):
    blank = decode(encoded(Image.new("L", (90, 60), 200)))
    with pytest.raises(InputError, match="nothing"):
        frame.picture_to_form(blank, name)
