"""Images of any size, background and polarity come into the same form."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import forming, pictures
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
    formed = forming.frame(image)
    assert formed.shape == (28, 28)
    assert apart(formed, forming.frame(shape())) < 3
    assert formed.max() == 255
    assert not formed[[0, 27]].any()


def test_what_fills_the_frame_is_scaled_as_it_is():
    rough = np.random.default_rng(0).integers(60, 200, (56, 56)).astype(np.uint8)
    formed = forming.frame(rough)
    assert formed[0].mean() > 60
    assert formed[:, 0].mean() > 60
    assert not forming.frame(np.full((9, 5), 7, dtype=np.uint8)).any()


def test_handwriting_comes_out_the_same_at_every_size():
    for image in IMAGES[:8]:
        formed = [
            forming.bring(np.asarray(Image.fromarray(image).resize((side, side))), "handwriting")
            for side in (64, 100, 160)
        ]
        assert max(apart(formed[0], other) for other in formed[1:]) < 12
        assert (
            apart(formed[0], forming.bring(255 - image.repeat(3, 0).repeat(3, 1), "handwriting"))
            < 15
        )


@pytest.mark.parametrize("d", [1, 2, 7, 16, 384])
def test_tiles_hold_every_number(d):
    vectors = np.random.default_rng(0).integers(1, 256, (3, d)).astype(np.uint8)
    tiles = forming.to_tiles(vectors)
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
    found = pictures.decode(encoded(DRAWN, kind), "frame", 32)
    assert apart(found.image, forming.frame(shape())) < 4
    assert found.thumbnail.shape == (32, 32, 3)
    assert not found.coloured


def test_colour_depth_and_transparency():
    red = np.zeros((60, 60, 3), dtype=np.uint8)
    red[..., 0] = shape()
    assert pictures.decode(encoded(Image.fromarray(red)), "frame", 8).coloured
    deep = Image.fromarray(shape().astype(np.uint16) * 16)  # 12 bits in 16
    clear = Image.merge("LA", (Image.new("L", DRAWN.size, 0), DRAWN))
    for picture in (deep, clear):
        found = pictures.decode(encoded(picture), "frame", 8).image
        assert apart(found, forming.frame(shape())) < 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"a text", "is no picture"),
        (encoded(DRAWN)[:60], "is cut short|is damaged"),
        (encoded(Image.effect_noise((300, 300), 50), "JPEG")[:4000], "is cut short"),
        (encoded(DRAWN, "GIF", save_all=True, append_images=[DRAWN.rotate(9)]), "is animated"),
        (encoded(Image.new("1", (12_000, 12_000))), "has 12000 x 12000 pixels: scale it down"),
        (encoded(Image.new("1", (20_000, 20_000))), "has too many pixels"),
    ],
)
def test_files_that_cannot_be_used_have_a_reason(data, words):
    with pytest.raises(InputError, match=words):
        pictures.decode(data, "frame", 8)
