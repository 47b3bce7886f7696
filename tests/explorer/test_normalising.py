"""Pictures are brought into form in a browser as predict.py does, to the bit."""

import io

import numpy as np
import pytest
from PIL import Image

from dev.studies import sheets
from mnist_clustering.images import handwriting
from mnist_clustering.images.decode import decode
from mnist_clustering.images.frame import strokes_of
from tests.support import pad, photographs
from tests.support.real import TEST_IMAGES


@pytest.fixture(scope="module")
def page(explorer):
    explorer.run(pad.READY)
    return explorer


@pytest.fixture(scope="module")
def images(finished):
    return np.load(finished[0] / "data/split/test_images.npy")


FLAWS = ("BLANK", "UNCLEAR", "SOFT", "SMALL", "BLOT", "DOTTED", "EDGE", "SEVERAL")


def test_a_picture_has_the_form_reason_place_and_label_of_predict(page, finished, images):
    greys = [*pad.pictures(images, 1, every=3), *pad.odd(images, 4)]
    found = pad.judged(page, greys)
    assert pad.differences(found, greys, pad.load(finished[0])) == []
    reasons = {one["reason"] for one in found}
    assert {getattr(handwriting, flaw) for flaw in FLAWS} < reasons


@pytest.fixture(scope="module")
def faithful():
    return list(filter(sheets.faithful, TEST_IMAGES[:2]))


@pytest.mark.parametrize("make", photographs.KINDS.values(), ids=photographs.KINDS)
def test_a_photograph_has_the_form_and_place_of_predict(page, finished, faithful, make):
    greys = [make(sheets.put(sheets.pen(image, 200, 0.09))) for image in faithful]
    found = pad.judged(page, greys)
    assert pad.differences(found, greys, pad.load(finished[0])) == []


def test_a_highlighter_under_uneven_light_is_told_by_its_colour(page, faithful):
    for data in map(photographs.highlighter, faithful):
        levels = strokes_of(decode(data))
        assert np.array_equal(pad.read(page, data), levels)
        assert handwriting.normalise(levels).flaw is None


def noise(*shape, seed=0):
    """Shades in patches, which deflate and blur as pictures do."""
    small = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    return small.repeat(3, axis=0).repeat(5, axis=1)


def palette():
    picture = Image.fromarray(noise(20, 13) % 7, mode="P")
    picture.putpalette([*range(0, 210, 10)])
    return picture


PNG = {
    "one bit": Image.fromarray(noise(9, 11)).convert("1"),
    "grey": Image.fromarray(noise(9, 11)),
    "palette": palette(),
    "colours": Image.fromarray(noise(40, 21, 3)),
    "grey and alpha": Image.fromarray(noise(40, 21, 2), mode="LA"),
    "colours and alpha": Image.fromarray(noise(40, 21, 4)),
    "opaque": Image.fromarray(noise(40, 21, 3)).convert("RGBA"),
    "large": Image.fromarray(noise(300, 104, 3)),
    "wide": Image.fromarray(noise(3, 300, 3)),
    "large and alpha": Image.fromarray(noise(120, 211, 4)),
}


CLEAR = {"grey": 7, "palette": bytes([0, 255, 255, 0]), "colours": (5, 6, 7), "large": (5, 6, 7)}


@pytest.mark.parametrize(
    ("name", "clear"), [*((name, None) for name in PNG), *CLEAR.items()], ids=str
)
def test_a_png_has_the_shades_that_pillow_gives_it(page, name, clear):
    picture, data = PNG[name].copy(), io.BytesIO()
    if picture.mode == "RGB":
        picture.paste((5, 6, 7), (0, 0, 20, 9))
    picture.save(data, format="PNG", **({} if clear is None else {"transparency": clear}))
    grey = strokes_of(decode(data.getvalue()))
    gaps = np.abs(pad.read(page, data.getvalue()).astype(int) - grey)
    # A browser keeps colours multiplied by how far they cover.
    assert gaps.max() <= 2 * ("alpha" in name)
    assert len(np.unique(grey)) > 1


@pytest.mark.parametrize(
    ("ink", "paper"), [((250, 240, 60), (255, 255, 255)), ((214, 40, 40), (60, 118, 60))]
)
def test_ink_as_bright_as_its_paper_is_told_by_its_colour(page, images, ink, paper):
    mask = Image.fromarray(images[0]).resize((140, 140))
    picture, data = Image.new("RGB", (200, 200), paper), io.BytesIO()
    picture.paste(ink, (30, 30), mask)
    picture.save(data, format="PNG")
    decoded = decode(data.getvalue())
    assert handwriting.normalise(decoded.grey).flaw == handwriting.BLANK
    levels = strokes_of(decoded)
    assert np.array_equal(pad.read(page, data.getvalue()), levels)
    found = handwriting.normalise(levels)
    assert found.flaw is None
    plain = Image.new("L", (200, 200), 255)
    plain.paste(0, (30, 30), mask)
    wanted = handwriting.normalise(np.asarray(plain)).image
    assert np.abs(found.image.astype(int) - wanted).mean() < 12


@pytest.mark.parametrize("kind", [{"format": "WEBP", "lossless": True}, {"format": "BMP"}])
def test_other_pictures_are_read_by_the_browser(page, kind):
    data = io.BytesIO()
    PNG["large"].save(data, **kind)
    assert np.array_equal(pad.read(page, data.getvalue()), decode(data.getvalue()).grey)
