"""Photographs in which a drawing is hard to tell from what is around it."""

import functools

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from dev.studies import sheets
from mnist_clustering.images import handwriting
from tests.support.encoded import picture


def dark_lines(sheet, squared):
    paper = sheets.ruled(np.random.default_rng(0), squared, shade=(130, 130, 150))
    return sheets.photograph(np.random.default_rng(0), sheet, (120, 120, 125), paper)


def card(sheet, radius, turn):
    """A light card on a black table."""
    shape = Image.new("L", sheet.shape)
    ImageDraw.Draw(shape).rounded_rectangle([30, 60, 450, 420], radius, fill=255)
    paper = np.asarray(shape.rotate(turn))[..., None] / 255 * sheets.PAPER
    return sheets.photograph(np.random.default_rng(0), sheet, (40, 60, 150), paper)


def glare(sheet):
    """A bright spot at a place of the strokes where it hides most of them."""
    y, x = np.indices(sheet.shape)
    rows, columns = np.nonzero(sheet > 0.5)
    middle = len(rows) // 2
    spot = np.exp(-((y - rows[middle]) ** 2 + (x - columns[middle]) ** 2) / 2 / 25**2)
    grey = sheets.photograph(np.random.default_rng(0), sheet)
    return np.rint(grey + (255 - grey.astype(float)) * 0.65 * spot).astype(np.uint8)


def axes(sheet):
    """A plot of an image: black, with ticks and a frame of paper."""
    plot = np.pad(sheets.grey(sheet), 60, constant_values=255)
    plot[50:60, 100::80] = plot[100::80, 50:60] = 0
    return plot


def comma(sheet):
    _, bottom, _, right = handwriting.normalise(255 - sheets.grey(sheet)).bounds
    marked = sheet.copy()
    marked[bottom - 12 : bottom + 34, right + 30 : right + 46] = 1
    return 255 - sheets.grey(marked)


def cut(sheet):
    """The picture ends within a stroke, or a few pixels into it."""
    top = handwriting.normalise(255 - sheets.grey(sheet)).bounds[0]
    return 255 - sheets.grey(sheet[top + 5 :])


def filling(sheet):
    """A broad pen, and the picture cropped to what it drew: there is more ink than paper."""
    top, bottom, left, right = handwriting.normalise(255 - sheets.grey(sheet)).bounds
    broad = ndimage.grey_dilation(sheet, (25, 25))[top - 15 : bottom + 15, left - 15 : right + 15]
    return sheets.photograph(np.random.default_rng(0), broad)


def highlighter(image):
    """A file of yellow ink, as bright as its paper, under light that falls off."""
    covered = sheets.put(sheets.pen(image, 220, 0.14))[..., None]
    light = sheets.vignette(np.random.default_rng(0), 0.6)[..., None]
    colours = (
        np.array((240, 238, 232)) * (1 - covered) + np.array((252, 240, 60)) * covered
    ) * light
    return picture(Image.fromarray(colours.astype(np.uint8)))


# Each makes grey levels of how far a sheet is covered.
KINDS = {
    "ruled": functools.partial(dark_lines, squared=False),
    "squared": functools.partial(dark_lines, squared=True),
    "round card": functools.partial(card, radius=60, turn=0),
    "turned round card": functools.partial(card, radius=60, turn=6),
    "turned card": functools.partial(card, radius=0, turn=-8),
    "glare": glare,
    "axes": axes,
    "comma": comma,
    "cut": cut,
    "filling": filling,
}
