"""Images of any size, background and polarity come into the same form."""

import numpy as np
import pytest
from PIL import Image

from dev.studies import sheets
from mnist_clustering.errors import InputError
from mnist_clustering.images import form, frame, handwriting, resizing
from mnist_clustering.images.decode import decode
from tests.support import photographs
from tests.support.encoded import picture
from tests.support.real import TEST_IMAGES


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


def test_ink_of_its_papers_brightness_is_found_by_its_colour_under_uneven_light():
    image = next(filter(sheets.faithful, TEST_IMAGES))
    photo = decode(photographs.highlighter(image))
    assert handwriting.normalise(photo.grey).flaw not in (None, handwriting.BLANK)
    assert handwriting.normalise(frame.strokes_of(photo)).flaw is None


def test_strokes_that_fill_their_image_come_into_form_by_the_paper_of_the_set():
    """As of sets that are cut at the strokes, some of which have more ink at the border."""
    cut = []
    for image in TEST_IMAGES[:40]:
        rows, columns = (np.flatnonzero((image > 0).any(axis=axis)) for axis in (1, 0))
        tight = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        cut.append(np.asarray(tight.resize((16, 16))))
    # A seven whose border is ink for the most part.
    boxed = np.zeros((16, 16), dtype=np.uint8)
    boxed[:2], boxed[:, -2:], boxed[-2:] = 255, 255, 255
    light = np.stack([*cut, boxed])
    formed, note = resizing.all_to_form(light, "handwriting", resizing.paper_of(light))
    dark, _ = resizing.all_to_form(255 - light, "handwriting", resizing.paper_of(255 - light))
    assert apart(formed, dark) < 3
    assert formed[-1][4:8, 5:9].max() > 128 > formed[-1][14, 5:12].max()
    assert note == ""
    blots = np.concatenate([light[:30], np.zeros((5, 16, 16), np.uint8)])
    _, note = resizing.all_to_form(blots, "handwriting", resizing.paper_of(blots))
    assert note.startswith("5 of 35 images show no clear drawing, 5 of them: nothing is drawn")


def test_one_row_or_column_that_decides_all_is_told():
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

    assert "column 12 of 13 holds 100% of all variance" in form.about_spread(load_wine().data)
    raw = load_breast_cancer().data
    assert form.about_spread(raw).startswith("columns differ in spread")
    assert form.about_spread((raw - raw.mean(axis=0)) / raw.std(axis=0)) == ""
    assert form.about_spread(load_digits().data) == form.about_spread(load_iris().data) == ""
    spoilt = load_digits().data.copy()
    spoilt[17, 3] = 1e6
    assert form.about_spread(spoilt).startswith("row 17 alone holds 100% of all variance")
    wide = load_digits().data * np.where(np.arange(64) % 8 == 4, 30, 1)
    assert "columns differ in spread" in form.about_spread(wide)
