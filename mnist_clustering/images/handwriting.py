"""Bring pictures of handwriting into MNIST's form: find the digit, size it, centre it.

What MNIST's makers did (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): a
black and white digit was fitted into 20 x 20 pixels keeping its aspect ratio, which made its edges
grey, and put into a field of 28 x 28 pixels so that its centre of mass lies at the centre.

All is computed in whole numbers, or by single operations that IEEE 754 rounds the same everywhere.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mnist_clustering.images import paper, parts
from mnist_clustering.images.form import FIELD

BOX = 20
# Row and column of the centre of mass, and how far that of a training image is off at the most.
CENTRE = 14.0
_OFF_CENTRE = 0.55
# Contrast with the paper, of 255: less is a blank sheet.
_LEAST_CONTRAST = 20
# Strokes thinner than this share of a drawing's longer side are widened, on a grid of this side.
_STROKE = 0.12
_GRID = 100
# What a drawing on paper has at the least and at the most.
_LEAST_CLARITY = 0.77
_MOST_SOFT = 1 / 3
_LEAST_SIDE = 0.05
_MOST_SOLID = 0.3
_MOST_AT_EDGE = 0.4
# A drawing fills its picture from this share of the longer side on.
_FILLS = 0.8

BLANK = "nothing is drawn"
UNCLEAR = "no clear strokes on plain paper"
SOFT = "edges as soft as a shadow's: photograph it in focus and in even light"
SMALL = "too small in the picture: move closer, or crop it to the digit"
BLOT = "a dot or a blot without strokes"
DOTTED = "a dot apart from the strokes, as of i, ! or ?"
EDGE = "drawn over the edge of the picture: leave a margin"
SEVERAL = "several drawings: crop to one digit, or cut them apart by --many"

# Top, bottom, left and right: the first row and column, and those after the last.
Bounds = tuple[int, int, int, int]


@dataclass(frozen=True)
class Drawing:
    """A digit as MNIST's makers would have stored it."""

    image: NDArray[np.uint8]  # (28, 28), light on dark; black all over where nothing is drawn
    flaw: str | None  # why the picture does not show one drawing on paper; None where it may
    bounds: Bounds  # Top, bottom, left and right in the picture


def normalise(grey: NDArray[np.uint8]) -> Drawing:
    """Find the one digit of a picture and bring it into MNIST's form.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        Dark on light or light on dark: what most of the frame shows is paper.

    Returns
    -------
    Drawing
        A picture that is in MNIST's form already comes back unchanged (but light on dark). Several
        drawings are a flaw; the largest one is returned.
    """
    drawings = find(grey)
    largest = max(drawings, key=lambda drawing: _side(drawing.bounds))
    rivals = sum(2 * _side(drawing.bounds) > _side(largest.bounds) for drawing in drawings)
    if rivals > 1 and largest.flaw != UNCLEAR:
        return Drawing(largest.image, SEVERAL, largest.bounds)
    return largest


def find(grey: NDArray[np.uint8]) -> list[Drawing]:
    """Find all drawings of a picture, at least one; bring each into MNIST's form."""
    ready = _as_it_is(grey)
    if ready is not None:
        return [Drawing(ready, None, (0, FIELD, 0, FIELD))]
    prepared = paper.prepare(grey)
    times = len(prepared) // len(grey)
    light = paper.light(prepared)
    if block := parts.block(light) or parts.block(~light):
        return _within(grey, *(place // times for place in block))
    contrasts = paper.without_lines(paper.contrast(prepared))
    drawings = _drawings(contrasts, paper.strokes(contrasts), grey.shape, times)
    if len(drawings) > 1 or drawings[0].flaw:
        # Strokes may be so wide, and so little of the paper seen, that one is taken for the other.
        filling = _drawings(*paper.filled(prepared, light), grey.shape, times)
        fills = _side(filling[0].bounds) >= _FILLS * max(grey.shape)
        if len(filling) == 1 and fills and not filling[0].flaw:
            return filling
    return drawings


def _drawings(
    contrasts: NDArray[np.uint8], clear: NDArray[np.bool_], shape: tuple[int, ...], times: int
) -> list[Drawing]:
    """Tell drawings apart, at least one; ``times``: how often the picture was enlarged."""
    if not clear.any() or np.median(contrasts[clear]) < _LEAST_CONTRAST:
        return [_none(BLANK, shape)]
    inked = paper.with_faded(contrasts, clear, int(stroke_width(clear)))
    drawings = parts.separate(inked)
    return [_drawing(contrasts, inked, ink, times) for ink in drawings] or [_none(UNCLEAR, shape)]


def _within(grey: NDArray[np.uint8], top: int, bottom: int, left: int, right: int) -> list[Drawing]:
    """Find the drawings of a picture within the picture, such as a plot of an image."""
    inner = grey[top:bottom, left:right]
    if not inner.size:
        return [_none(BLOT, grey.shape)]
    shift = np.array([top, top, left, left])
    return [
        replace(drawing, bounds=tuple((drawing.bounds + shift).tolist())) for drawing in find(inner)
    ]


def _as_it_is(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Recognise MNIST's form: 28 x 28, plain paper, at most 20 x 20 of ink, centred."""
    if grey.shape != (FIELD, FIELD):
        return None
    for light in (grey, 255 - grey):
        if 0 < _side(_bounds(light > 0)) <= BOX and all(
            abs(c - CENTRE) <= _OFF_CENTRE for c in _centre_of_mass(light)
        ):
            return light
    return None


def _none(reason: str, shape: tuple[int, ...]) -> Drawing:
    blank = np.zeros((FIELD, FIELD), dtype=np.uint8)
    return Drawing(blank, reason, (0, shape[0], 0, shape[1]))


def _drawing(
    contrasts: NDArray[np.uint8], inked: NDArray[np.bool_], ink: NDArray[np.bool_], times: int
) -> Drawing:
    """Bring one drawing into form."""
    top, bottom, left, right = bounds = _bounds(ink)
    digit = ink[top:bottom, left:right]
    image = centre_in_field(fit_into_box(digit))
    reason = None
    if max(digit.shape) < _LEAST_SIDE * max(ink.shape):
        reason = SMALL
    elif _clarity(contrasts, inked, ink, bounds) < _LEAST_CLARITY:
        reason = UNCLEAR
    elif paper.softness(contrasts, ink) > _MOST_SOFT:
        reason = SOFT
    elif stroke_width(digit) > _MOST_SOLID * parts.longest(digit):
        reason = BLOT
    elif parts.dotted(digit):
        reason = DOTTED
    elif _at_edge(ink) > _MOST_AT_EDGE * max(digit.shape):
        reason = EDGE
    place = (top // times, -(-bottom // times), left // times, -(-right // times))
    return Drawing(image, reason, place if times > 1 else bounds)


def _clarity(
    contrasts: NDArray[np.uint8], inked: NDArray[np.bool_], ink: NDArray[np.bool_], bounds: Bounds
) -> float:
    """Measure how clear a drawing is on the paper around it, but for other ink there."""
    top, bottom, left, right = bounds
    margin = _side(bounds) // 4
    other = inked & ~ink
    near = (
        slice(max(top - margin, 0), bottom + margin),
        slice(max(left - margin, 0), right + margin),
    )
    return paper.clarity(contrasts[near][~other[near]], ink[near][~other[near]])


def stroke_width(ink: NDArray[np.bool_]) -> float:
    """Estimate the width of strokes, in pixels, from their area and the length of their edges.

    A stroke has two edges; counted along pixels, an edge is 4 / pi as long as it is.
    """
    padded = np.pad(ink, 1)
    edges = int((padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum())
    return 2.5 * int(ink.sum()) / edges


def fit_into_box(ink: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Scale a drawing to 20 pixels, height or width, whichever is larger.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)
        Cropped to the drawing.

    Returns
    -------
    ndarray of uint8, shape (at most 20, at most 20)
        Edges are grey. Thin strokes are widened first, to the pen of MNIST's writers: they would
        turn grey all over. The brightest pixel is 255.
    """
    thin = _STROKE * max(ink.shape) - stroke_width(ink)
    if thin > 0:
        ink = _widen(ink, thin / max(ink.shape))
    fitted = _resize(ink.astype(np.int64) * 255, BOX)
    brightest = max(int(fitted.max()), 1)
    return ((2 * fitted * 255 + brightest) // (2 * brightest)).astype(np.uint8)


def _widen(ink: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Widen strokes by a share of the longer side, on a coarser grid."""
    coarse = _resize(ink.astype(np.int64) * 255, _GRID)
    radius = int(np.ceil(share * _GRID / 2 / (1 - _STROKE)))
    y, x = np.indices((2 * radius + 1, 2 * radius + 1)) - radius
    # As thin as less than a pixel: what is more than a trace is ink.
    thinned = np.pad(coarse >= 64, radius)
    return ndimage.binary_dilation(thinned, x**2 + y**2 <= radius**2)


def _resize(image: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    """Scale to a longer side: each new pixel is the mean of the area that it covers."""
    longer = max(image.shape)
    for axis in (0, 1):
        n = image.shape[axis]
        m = max(1, (2 * n * side + longer) // (2 * longer))
        # On a grid that both divide, old pixels are m wide and new ones n.
        old, new = np.arange(n) * m, np.arange(m)[:, None] * n
        overlap = np.clip(np.minimum(old + m, new + n) - np.maximum(old, new), 0, None)
        image = np.moveaxis(np.tensordot(overlap, image, (1, axis)), 0, axis)
        image = (2 * image + n) // (2 * n)
    return image


def centre_in_field(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place a digit in a field of 28 x 28 with its centre of mass at the centre."""
    field = np.zeros((FIELD, FIELD), dtype=np.uint8)
    row, column = (
        min(max(round(CENTRE - centre), 0), FIELD - side)
        for centre, side in zip(_centre_of_mass(digit), digit.shape, strict=True)
    )
    field[row : row + digit.shape[0], column : column + digit.shape[1]] = digit
    return field


def _bounds(mask: NDArray[np.bool_]) -> Bounds:
    """First row, row after the last, first column, column after the last; zeros for none."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _side(bounds: Bounds) -> int:
    top, bottom, left, right = bounds
    return max(bottom - top, right - left)


def _at_edge(ink: NDArray[np.bool_]) -> int:
    """Count the pixels of the picture's edge that are inked."""
    return int(ink[[0, -1]].sum() + ink[:, [0, -1]].sum())


def _centre_of_mass(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Row and column."""
    mass = image.astype(np.int64)
    total = max(int(mass.sum()), 1)
    row, column = (
        int((mass.sum(axis=1 - axis) * np.arange(mass.shape[axis])).sum()) / total
        for axis in (0, 1)
    )
    return row, column
