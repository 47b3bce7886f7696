"""The form that pictures are brought into before they are described: one size, light on dark."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images.decode import Picture
from mnist_clustering.images.form import FIELD, FRAME, HANDWRITING, SCENE, luma

BOX = 24
# Grey levels within which most of the border has to lie for a plain background.
_PLAIN = 24
_LEAST_SHARE = 0.6
# Levels, of 255, between background and what is drawn: less is a blank picture.
_LEAST_CONTRAST = 16
# Contrast, as a share of the highest, up to which a pixel is grain.
_GRAIN = 0.2
# What is shown fills a picture from this share of its longer side on: its makers cut it to size.
_FILLED = 0.8
BLANK = "shows nothing that stands out from its background"


def to_form(image: NDArray[np.uint8], form: str) -> NDArray[np.uint8]:
    """Bring one image into form, 28 x 28: as `handwriting.normalise`, `frame` or `scene` makes it.

    Only for handwriting it may not have colours, shape (height, width, 3).
    """
    return _formed(image, form)[0]


def picture_to_form(picture: Picture, form: str) -> NDArray[np.uint8]:
    """Bring a decoded picture into form: see `to_form`.

    Raises
    ------
    InputError
        If nothing is drawn on it, as a clause that follows its name.
    """
    image, flaw = _formed(strokes_of(picture) if form == HANDWRITING else picture.colours, form)
    if not image.any():
        raise InputError(flaw or BLANK)
    return image


def strokes_of(picture: Picture) -> NDArray[np.uint8]:
    """Choose the levels in which to look for strokes, shape (height, width).

    Ink may be as bright as its paper, and differ by colour alone: yellow on white, red on green.
    Shadows may be all that the luma shows then.
    """
    # Imported where it is needed: scipy's filters take a while.
    from mnist_clustering.images import handwriting

    flaw = handwriting.normalise(picture.grey).flaw
    if flaw is None or not picture.coloured:
        return picture.grey
    clear = handwriting.normalise(picture.strongest).flaw is None
    return picture.strongest if clear or flaw == handwriting.BLANK else picture.grey


def _formed(image: NDArray[np.uint8], form: str) -> tuple[NDArray[np.uint8], str | None]:
    """Bring an image into form, and say what is wrong with a drawing."""
    if form != HANDWRITING:
        return (scene if form == SCENE else frame)(image), None
    # Imported where it is needed: scipy's filters take a while.
    from mnist_clustering.images import handwriting

    drawing = handwriting.normalise(image)
    return drawing.image, drawing.flaw


def frame(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut a plain margin off, scale to 24 pixels and pad to 28, on black.

    What fills its picture is scaled with it, to 28 pixels: a turned object keeps its size.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        How far each pixel is from the colour of the border, whatever that is, without the grain;
        stretched to the full range. Where the border has no one colour, it is a `scene`.
    """
    colours = picture.reshape(*picture.shape[:2], -1).astype(np.int64)
    paper, plain = _background(colours)
    if not plain:
        return scene(picture)
    levels = np.abs(colours - paper).max(axis=2)
    full = int(np.sort(levels, axis=None)[-1 - levels.size // 100])
    levels = np.clip(levels - round(_GRAIN * full), 0, max(full - round(_GRAIN * full), 1))
    drawn = levels > 0
    if full < _LEAST_CONTRAST or not drawn.any():
        return np.zeros((FIELD, FIELD), dtype=np.uint8)
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    content = levels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(content.shape) >= _FILLED * max(levels.shape):
        return _pad(_scale(_stretched(levels, 0), FIELD))
    return _pad(_scale(_stretched(content, 0), BOX))


def scene(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale all of a picture to 28 pixels, its grey levels stretched to the full range."""
    levels = luma(picture.reshape(*picture.shape[:2], -1))
    return _pad(_scale(_stretched(levels), FIELD))


def settled(form: str, plain: Iterable[bool]) -> str:
    """Decide for a whole set, by the backgrounds of some pictures, whether frames are scenes.

    By itself each picture would be described otherwise than others of its kind, as its background
    happens to be: of ORL's faces one in nine, which costs 2.7 points.
    """
    if form != FRAME:
        return form
    found = list(plain)
    return SCENE if 2 * sum(found) < len(found) else FRAME


def is_plain(colours: NDArray[np.uint8]) -> bool:
    """Tell a plain background, from which things can be told apart, from a photograph's.

    Parameters
    ----------
    colours : ndarray of uint8, shape (height, width) or (height, width, 3)
    """
    return _background(colours.reshape(*colours.shape[:2], -1).astype(np.int64))[1]


def _background(colours: NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """Find the colour in the middle of those at the border, and whether most are like it."""
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    middle = np.sort(border, axis=0)[len(border) // 2]
    near = np.abs(border - middle).max(axis=1) <= _PLAIN
    return middle, bool(near.mean() >= _LEAST_SHARE)


def _stretched(levels: NDArray[np.int64], low: int | None = None) -> NDArray[np.uint8]:
    """Stretch levels to the full range, from the lowest or from a given one."""
    low = int(levels.min()) if low is None else low
    range_ = max(int(levels.max()) - low, 1)
    return (((levels - low) * 255 + range_ // 2) // range_).astype(np.uint8)


def _scale(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Scale the longer side of an image to ``side`` pixels."""
    height, width = image.shape
    factor = side / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def _pad(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put an image into the middle of a black field."""
    field = np.zeros((FIELD, FIELD), dtype=np.uint8)
    top, left = ((FIELD - side) // 2 for side in image.shape)
    field[top : top + image.shape[0], left : left + image.shape[1]] = image
    return field
