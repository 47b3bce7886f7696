"""Bring pictures of handwriting into MNIST's form: find the digit, size it, centre it.

What MNIST's makers did (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): the
digit was fitted into 20 x 20 pixels keeping its aspect ratio, which made its edges grey, and put
into a field of 28 x 28 pixels so that its centre of mass lies at the centre.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

FIELD = 28
BOX = 20
# Row and column of the centre of mass, and how far that of a training image is off at the most.
CENTRE = 14.0
_OFF_CENTRE = 0.55
# Grey levels, of 255, between paper and ink: less is a blank sheet.
_LEAST_CONTRAST = 32
# Parts of the drawing with a smaller share of the largest part's pixels are specks.
_SPECK = 0.05
_LIGHTING_ROUNDS = 2
# Standard deviations of the blur along the longer side, and the blur that is worth making.
_GRAINS_A_SIDE = 200
_LEAST_BLUR = 0.4
# Contrast, as a share of the ink's, up to which a pixel is the paper's grain.
_GRAIN = 0.3


# What a drawing on paper has at the least and at the most (see `Drawing`).
_LEAST_CLARITY = 0.75
_MOST_CORNERED = 0.5
# Corners of a picture, as a share of its shorter side.
_CORNER = 1 / 16


@dataclass(frozen=True)
class Drawing:
    """A digit as MNIST's makers would have stored it.

    Attributes
    ----------
    image : ndarray of uint8, shape (28, 28)
        Light on dark; black all over where nothing is drawn.
    clarity : float
        Share of the variance of the picture's grey levels that the strokes explain: near 1 for
        ink on plain paper, less for textures, clutter and blurs; 0 where nothing is drawn.
    cornered : float
        Share of ink in the most inked corner of the picture: what fills a corner goes on beyond it.
    """

    image: NDArray[np.uint8]
    clarity: float
    cornered: float


def normalise(grey: NDArray[np.uint8]) -> Drawing:
    """Find the one digit of a picture and bring it into MNIST's form.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        Dark on light or light on dark: what most of the frame shows is paper.

    Returns
    -------
    Drawing
        A picture that is in MNIST's form already comes back unchanged (but light on dark).
    """
    ready = _as_it_is(grey)
    if ready is not None:
        return Drawing(ready, 1.0, 0.0)
    contrast = level(_smooth(grey))
    strokes = _without_specks(contrast > otsu(contrast))
    full = float(np.median(contrast[strokes])) if strokes.any() else 0.0
    if full < _LEAST_CONTRAST:
        return Drawing(np.zeros((FIELD, FIELD), dtype=np.uint8), 0.0, 0.0)
    floor = _GRAIN * full
    ink = np.rint(255 * np.clip((contrast - floor) / (full - floor), 0, 1))
    edges = ndimage.binary_dilation(strokes, np.ones((3, 3)), iterations=2)
    digit = fit_into_box(np.where(edges, ink, 0).astype(np.uint8))
    return Drawing(centre_in_field(digit), _clarity(contrast, strokes), _cornered(strokes))


def _as_it_is(grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Recognise MNIST's form: 28 x 28, plain paper, at most 20 x 20 of ink, centred."""
    if grey.shape != (FIELD, FIELD):
        return None
    for light in (grey, 255 - grey):
        top, bottom, left, right = _bounds(light > 0)
        size = max(bottom - top, right - left)
        if 0 < size <= BOX and all(abs(c - CENTRE) <= _OFF_CENTRE for c in _centre_of_mass(light)):
            return light
    return None


def flaw(drawing: Drawing) -> str | None:
    """Say why a picture does not show one drawing on paper, or None where it may."""
    if not drawing.image.any():
        return "nothing is drawn"
    if drawing.clarity < _LEAST_CLARITY:
        return "no clear strokes on plain paper"
    if drawing.cornered > _MOST_CORNERED:
        return "drawn into a corner of the picture: leave a margin"
    return None


def _smooth(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Blur the grain of a camera away, in proportion to the size of the picture."""
    sigma = max(grey.shape) / _GRAINS_A_SIDE
    if sigma < _LEAST_BLUR:
        return grey
    blurred: NDArray[np.uint8] = ndimage.gaussian_filter(grey, sigma)
    return blurred


def level(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Subtract the paper, also where the light falls off to one side.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        Ink may be darker or lighter than paper.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        How far each pixel is from the paper towards the ink, in grey levels.

    Notes
    -----
    Paper and ink are told apart by Otsu's threshold. A plane is fitted to the paper's grey levels
    and subtracted; a second round frees the paper of ink that lay on its side of the threshold.
    """
    light = grey > otsu(grey)
    frame = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    sign = -1 if frame.mean() > 0.5 else 1
    paper = light if sign < 0 else ~light
    for _ in range(_LIGHTING_ROUNDS):
        raised = sign * (grey - _plane(grey, paper))
        contrast = np.rint(np.clip(raised, 0, 255)).astype(np.uint8)
        paper = contrast <= otsu(contrast)
    return contrast


def _clarity(contrast: NDArray[np.uint8], strokes: NDArray[np.bool_]) -> float:
    """Share of the variance of the grey levels that the strokes explain (Otsu's measure)."""
    share = float(strokes.mean())
    step = float(contrast[strokes].mean()) - float(contrast[~strokes].mean())
    return share * (1 - share) * step**2 / float(contrast.var())


def otsu(grey: NDArray[np.uint8]) -> int:
    """Find the grey level that best parts the dark pixels (at most this) from the light ones.

    Source: Otsu, "A threshold selection method from gray-level histograms", 1979.

    Parameters
    ----------
    grey : ndarray of uint8, any shape

    Returns
    -------
    int
    """
    counts = np.bincount(grey.ravel(), minlength=256)
    dark = np.cumsum(counts)[:-1]
    dark_sum = np.cumsum(counts * np.arange(256))
    light, total = grey.size - dark, int(dark_sum[-1])
    between = (total * dark - dark_sum[:-1] * grey.size).astype(np.float64) ** 2
    best = between / np.maximum(dark * light, 1)
    # Between two separate peaks a whole range of thresholds is best: take its middle.
    levels = np.flatnonzero(best == best.max())
    return int(levels[len(levels) // 2])


def _plane(grey: NDArray[np.uint8], paper: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit a plane to the grey levels of the paper, by least squares."""
    rows, columns = np.indices(grey.shape)
    terms = [np.ones(grey.shape), rows / grey.shape[0], columns / grey.shape[1]]
    design = np.stack([term[paper] for term in terms], axis=1)
    weights = np.linalg.lstsq(design, grey[paper].astype(np.float64), rcond=None)[0]
    plane: NDArray[np.float64] = np.tensordot(weights, np.stack(terms), axes=1)
    return plane


def _without_specks(strokes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop the parts that are far smaller than the largest one."""
    parts, n_parts = ndimage.label(strokes, structure=np.ones((3, 3)))
    if not n_parts:
        return strokes
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    kept: NDArray[np.bool_] = (sizes >= _SPECK * sizes.max())[parts] & strokes
    return kept


def _cornered(strokes: NDArray[np.bool_]) -> float:
    """Share of ink in the most inked corner."""
    size = max(1, round(min(strokes.shape) * _CORNER))
    ends = (slice(None, size), slice(-size, None))
    return max(float(strokes[rows, columns].mean()) for rows in ends for columns in ends)


def fit_into_box(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crop to the drawing and scale it to 20 pixels, height or width, whichever is larger.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        Not black all over.

    Returns
    -------
    ndarray of uint8, shape (at most 20, at most 20)
        Edges are grey; the brightest pixel is 255, however thin the strokes.
    """
    top, bottom, left, right = _bounds(ink >= 64)
    scale = BOX / max(bottom - top, right - left)
    size = tuple(max(1, round(side * scale)) for side in (right - left, bottom - top))
    fitted = np.asarray(
        Image.fromarray(ink).resize(
            (size[0], size[1]), Image.Resampling.BICUBIC, box=(left, top, right, bottom)
        )
    )
    brightest = max(int(fitted.max()), 1)
    return ((fitted.astype(np.int64) * 255 + brightest // 2) // brightest).astype(np.uint8)


def centre_in_field(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place a digit in the field with its centre of mass at the centre.

    Parameters
    ----------
    digit : ndarray of uint8, shape (at most 28, at most 28)

    Returns
    -------
    ndarray of uint8, shape (28, 28)
    """
    field = np.zeros((FIELD, FIELD), dtype=np.uint8)
    row, column = (
        min(max(round(CENTRE - centre), 0), FIELD - side)
        for centre, side in zip(_centre_of_mass(digit), digit.shape, strict=True)
    )
    field[row : row + digit.shape[0], column : column + digit.shape[1]] = digit
    return field


def _bounds(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """First row, row after the last, first column, column after the last; zeros for none."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _centre_of_mass(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Row and column."""
    mass = image.astype(np.int64)
    total = max(int(mass.sum()), 1)
    row, column = (
        int((mass.sum(axis=1 - axis) * np.arange(mass.shape[axis])).sum()) / total
        for axis in (0, 1)
    )
    return row, column
