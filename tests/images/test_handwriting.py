"""Pictures brought into MNIST's form."""

import numpy as np
import pytest

from dev.studies import sheets
from mnist_clustering.images import handwriting
from tests.support import photographs
from tests.support.fitted import enlarged


def test_mnists_form_comes_back_unchanged(test_images):
    for image in test_images[:8]:
        digit = handwriting.normalise(enlarged(image)).image
        for shown in (digit, 255 - digit):
            drawing = handwriting.normalise(shown)
            assert np.array_equal(drawing.image, digit)
            assert drawing.flaw is None


def alike(image, other):
    return np.corrcoef(image.ravel(), other.ravel())[0, 1]


@pytest.mark.parametrize(("side", "dark_on_light"), [(40, True), (300, False)])
def test_size_shade_and_margin_do_not_matter(test_images, side, dark_on_light):
    for image in test_images[:5]:
        wanted = handwriting.normalise(enlarged(image)).image
        picture = enlarged(image, side, side // 3)
        picture = 255 - picture // 2 if dark_on_light else picture
        drawing = handwriting.normalise(picture)
        assert drawing.flaw is None
        assert alike(drawing.image, wanted) > 0.85


def test_the_form_of_what_is_found(test_images):
    for image in test_images[:8]:
        found = handwriting.normalise(enlarged(image)).image
        rows, columns = np.nonzero(found)
        assert found.max() == 255
        assert max(np.ptp(rows), np.ptp(columns)) + 1 <= handwriting.BOX
        for axis, places in enumerate(np.indices(found.shape)):
            assert abs((places * found.astype(float)).sum() / found.sum() - 14) <= 0.51, axis


@pytest.mark.parametrize("width", [0.01, 0.15])
def test_the_width_of_the_pen_does_not_matter(test_images, width):
    rng = np.random.default_rng(0)
    for image in filter(sheets.faithful, test_images[:5]):
        wanted = sheets.put(sheets.pen(image, 240, 0.12))
        sheet = sheets.put(sheets.pen(image, 240, width))
        found = handwriting.normalise(sheets.photograph(rng, sheet))
        assert found.flaw is None
        assert alike(found.image, handwriting.normalise(255 - sheets.grey(wanted)).image) > 0.75


@pytest.mark.parametrize(
    ("light", "paper"),
    [
        *(("shadow", "lined"), ("hard shadow", "plain"), ("vignette", "squared")),
        *(("slope", "kraft"), ("shadow", "desk"), ("slope", "thumb")),
    ],
)
def test_light_and_paper_do_not_matter(test_images, light, paper):
    rng = np.random.default_rng(0)
    lights = {
        "shadow": lambda: sheets.shadow(rng, 0.5, 0.4),
        "hard shadow": lambda: sheets.shadow(rng, 0.5, 0),
        "vignette": lambda: sheets.vignette(rng, 0.5),
        "slope": lambda: sheets.slope(rng, 0.5),
    }
    papers = {
        "plain": lambda: sheets.PAPER,
        "lined": lambda: sheets.ruled(rng, squared=False),
        "squared": lambda: sheets.ruled(rng, squared=True),
        "kraft": lambda: sheets.kraft(rng),
        "desk": lambda: sheets.desk(rng),
        "thumb": lambda: sheets.thumb(rng),
    }
    image = next(filter(sheets.faithful, test_images))
    sheet = sheets.put(sheets.pen(image, 220, 0.09))
    wanted = handwriting.normalise(255 - sheets.grey(sheet)).image
    photo = sheets.photograph(rng, sheet, paper=papers[paper](), light=lights[light]())
    found = handwriting.normalise(photo)
    assert found.flaw is None
    assert alike(found.image, wanted) > 0.85


def test_what_lies_around_a_digit_is_left_out(test_images):
    rng = np.random.default_rng(0)
    image = next(filter(sheets.faithful, test_images))
    sheet = sheets.put(sheets.pen(image, 200, 0.09))
    wanted = handwriting.normalise(255 - sheets.grey(sheet))
    specks = sheet.copy()
    specks[40:46, 60:66] = 1
    stop, (_, bottom, _, right) = sheet.copy(), wanted.bounds
    stop[bottom - 22 : bottom, right + 24 : right + 46] = 1
    for changed in (
        specks,
        stop,
        sheets.box_around(sheet, rng),
        sheets.box_around(sheet, rng, round_=True),
        sheets.line_under(sheet, rng),
    ):
        found = handwriting.normalise(255 - sheets.grey(changed))
        assert found.flaw is None
        assert found.bounds == pytest.approx(wanted.bounds, abs=1)
        assert alike(found.image, wanted.image) > 0.95


@pytest.mark.parametrize("make", photographs.KINDS.values(), ids=photographs.KINDS)
def test_photographs_that_used_to_fail(test_images, make):
    for image in filter(sheets.faithful, test_images[:7]):
        sheet = sheets.put(sheets.pen(image, 200, 0.09))
        found = handwriting.normalise(make(sheet))
        assert found.flaw is None
        assert alike(found.image, handwriting.normalise(255 - sheets.grey(sheet)).image) > 0.75


def test_flaws(test_images):
    sheet = np.full((60, 60), 200, dtype=np.uint8)
    assert handwriting.normalise(sheet).flaw == handwriting.BLANK
    sheet[20:40, 28:33] = 190
    assert handwriting.normalise(sheet).flaw == handwriting.BLANK
    fence = np.full((60, 60), 200, dtype=np.uint8)
    fence[:, np.arange(60) % 12 < 3] = fence[28:32] = 30
    assert handwriting.normalise(fence).flaw == handwriting.EDGE
    noise = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    assert handwriting.normalise(noise).flaw == handwriting.UNCLEAR
    dot = sheets.line_art(lambda on, side: on.ellipse([800, 800, 850, 850], fill=255))
    assert handwriting.normalise(255 - sheets.grey(dot)).flaw == handwriting.BLOT
    exclamation = np.zeros((400, 400))
    exclamation[80:250, 190:215] = exclamation[280:305, 190:215] = 1
    assert handwriting.normalise(255 - sheets.grey(exclamation)).flaw == handwriting.DOTTED
    tiny = enlarged(test_images[0], 20, 300, 255)
    assert handwriting.normalise(tiny).flaw == handwriting.SMALL


def test_no_drawing_is_found_in_the_light_on_an_empty_sheet():
    rng = np.random.default_rng(0)
    empty = np.zeros((sheets.SIDE, sheets.SIDE))
    flaws = set()
    for _ in range(8):
        light = sheets.vignette(rng, rng.uniform(0.3, 0.7))
        light *= sheets.shadow(rng, rng.uniform(0.2, 0.6), rng.uniform(0, 0.8))
        flaws.add(handwriting.normalise(sheets.photograph(rng, empty, light=light)).flaw)
    assert handwriting.SOFT in flaws
    assert None not in flaws
