"""Tell ink from paper under uneven light, in whole numbers."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

# A picture with a shorter side is enlarged.
_LEAST_SIDE = 256
# One pass of the blur (1, 2, 1) / 4 for every so many pixels of the longer side.
_SIDE_A_PASS = 128
# What is narrower than this share of the longer side is drawn on the paper; the rest is paper.
_WINDOW = 0.3
# Ink ends within one in so many of the longer side's pixels: there, contrast falls by so much, or
# by two fifths of the ink's.
_EDGE, _LEAST_FALL = 32, 40
# In the dark, the grain of the paper is not taken for ink.
_LEAST_PAPER = 48
# A ruled line: how much of the picture it crosses at the least; its level pieces at the least, and
# half its width at the most, as parts of the longer side.
_ACROSS, _PIECE, _THIN = 0.6, 20, 160
# Tenths of the contrast of ink that ruled lines and faded ink have at the least.
_WEAK = 3


def prepare(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge a small picture linearly, and blur away the grain of a large one.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)

    Returns
    -------
    ndarray of uint8
        At least 256 pixels at the longer side.
    """
    times = -(-_LEAST_SIDE // max(grey.shape))
    fine = grey.astype(np.int64)
    for axis in (0, 1):
        # Repeated pixels under a moving mean as wide lie on straight lines between them.
        fine = _moving_sum(np.repeat(fine, times, axis), times, axis)
    fine = (2 * fine + times**2) // (2 * times**2)
    passes = max(grey.shape) // _SIDE_A_PASS
    for axis in (0, 1):
        for _ in range(passes):
            fine = ndimage.convolve1d(fine, np.array([1, 2, 1]), axis, mode="nearest")
    scale = 16**passes
    return ((2 * fine + scale) // (2 * scale)).astype(np.uint8)


def light(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell light from dark where both vary least by themselves.

    Source: Otsu, "A threshold selection method from gray-level histograms" (1979).
    """
    counts = np.bincount(grey.ravel(), minlength=256)
    below, sums = np.cumsum(counts)[:-1], np.cumsum(counts * np.arange(256))
    above, means = grey.size - below, below * sums[-1] - grey.size * sums[:-1]
    # Each operation is rounded once.
    between = means.astype(np.float64) ** 2 / np.maximum(below * above, 1)
    return grey > int(between.argmax())


def contrast(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Measure how much darker ink is than the paper around it.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        Ink may be darker or lighter than paper.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        In units of 1/255 of the paper's own brightness, which shadows do not change.

    Notes
    -----
    The paper's brightness is the grey closing: the lowest ceiling that a square window can reach
    from above. It follows shadows, whether soft or sharp, but does not enter strokes.
    """
    window = 2 * int(max(grey.shape) * _WINDOW / 2) + 1
    dark = 255 - grey if _inked_light(grey, window) else grey
    paper = _closing(dark, window).astype(np.int64)
    share = 255 * (paper - dark) // np.maximum(paper, _LEAST_PAPER)
    return share.astype(np.uint8)


def filled(
    grey: NDArray[np.uint8], light: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Measure contrast, and tell ink, where there may be more ink than paper.

    Paper is the shade, light or dark, of most of the border, and is as bright everywhere.
    """
    edges = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    is_light = 2 * int(edges.sum()) >= len(edges)
    dark, inked = (grey, ~light) if is_light else (255 - grey, light)
    sheet = np.sort(dark[~inked])
    paper = int(sheet[len(sheet) // 2]) if len(sheet) else 0
    share = 255 * np.maximum(paper - dark.astype(np.int64), 0) // max(paper, _LEAST_PAPER)
    return share.astype(np.uint8), inked


def strokes(contrasts: NDArray[np.uint8], tenths: int = 6) -> NDArray[np.bool_]:
    """Tell ink from paper by so many tenths of the contrast that ink has.

    The contrast of ink is the mean contrast weighted by its square, which faint lines of the paper
    and its grain hardly change.
    """
    levels = contrasts.astype(np.int64)
    grain = 2 * int(np.median(levels))
    counts = np.bincount(levels.ravel(), minlength=256)[grain + 1 :]
    level = np.arange(grain + 1, grain + 1 + len(counts))
    squares, cubes = int((counts * level**2).sum()), int((counts * level**3).sum())
    inked: NDArray[np.bool_] = (10 * levels * squares > tenths * cubes) & (levels > grain)
    return inked


def with_faded(
    contrasts: NDArray[np.uint8], inked: NDArray[np.bool_], width: int
) -> NDArray[np.bool_]:
    """Follow strokes of a width to where they fade in glare: ink is measured by that around it."""
    around = ndimage.maximum_filter(contrasts, width | 1).astype(np.int64)
    faded = strokes(contrasts, _WEAK) & (5 * contrasts.astype(np.int64) > 3 * around)
    return ndimage.binary_propagation(inked, np.ones((3, 3)), inked | faded)


def without_lines(contrasts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take lines as dark as pencil away, of ruled or squared paper, but not what crosses them.

    Along a line, contrasts are opened across it: a stroke that is wider there keeps its own.
    """
    for axis in (0, 1):
        upright = contrasts.swapaxes(0, axis)
        contrasts = _without_level_lines(upright).swapaxes(0, axis)
    return contrasts


def _without_level_lines(contrasts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side, (_, width) = max(contrasts.shape), contrasts.shape
    level = _opening(strokes(contrasts, _WEAK).astype(np.uint8), side // _PIECE | 1, 1)
    labelled, _ = ndimage.label(level, np.ones((3, 3)))
    spans = [columns for _, columns in ndimage.find_objects(labelled)]
    crosses = [0 in (c.start, width - c.stop) and c.stop - c.start > _ACROSS * width for c in spans]
    thin = 2 * (side // _THIN) + 1
    near = ndimage.maximum_filter1d(np.array([False, *crosses])[labelled], thin, 0)
    return np.where(near, _opening(contrasts, thin, 0), contrasts)


def clarity(contrasts: NDArray[np.uint8], inked: NDArray[np.bool_]) -> float:
    """Share of the variance of the contrasts that two shades explain: near 1 for ink on paper."""
    levels = contrasts.astype(np.int64)
    n, n_inked = levels.size, int(inked.sum())
    total, total_inked = int(levels.sum()), int(levels[inked].sum())
    spread = n * int((levels**2).sum()) - total**2
    between = float(n * total_inked - n_inked * total)
    # Four operations, each rounded once.
    return between * between / (float(n_inked * (n - n_inked)) * float(spread)) if spread else 0.0


def softness(contrasts: NDArray[np.uint8], ink: NDArray[np.bool_]) -> float:
    """Share of the outline of ink where contrast fades as slowly as that of a shadow.

    Parameters
    ----------
    contrasts : ndarray of uint8, shape (height, width)
    ink : ndarray of bool, shape (height, width)
        At least one pixel of it is inked.

    Returns
    -------
    float
        0 for ink, whether faint or out of focus; near 1 for shadows that fade on all sides.
    """
    radius = max(ink.shape) // _EDGE
    lowest = contrasts
    for axis in (0, 1):
        lowest = ndimage.minimum_filter1d(lowest, 2 * radius + 1, axis, mode="nearest")
    padded = np.pad(ink, 1)
    inside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    outline = ink & ~inside
    fall = (contrasts - lowest)[outline].astype(np.int64)
    soft = (fall < _LEAST_FALL) & (5 * fall * int(ink.sum()) < 2 * int(contrasts[ink].sum()))
    return float(soft.mean())


def _inked_light(grey: NDArray[np.uint8], window: int) -> bool:
    """Whether ink is lighter than paper: the rarer shade is ink, so its deviations are larger."""
    around = grey.astype(np.int64)
    for axis in (0, 1):
        around = _moving_sum(around, window, axis)
    deviation = grey - (2 * around + window**2) // (2 * window**2)
    return int((deviation**3).sum()) > 0


def _opening(levels: NDArray[np.uint8], length: int, axis: int) -> NDArray[np.uint8]:
    """Open by a straight line of an odd length."""
    return ndimage.maximum_filter1d(ndimage.minimum_filter1d(levels, length, axis), length, axis)


def _moving_sum(values: NDArray[np.int64], window: int, axis: int) -> NDArray[np.int64]:
    """Sum over a window around each pixel, the edge repeated beyond the picture."""
    widths = [(0, 0), (0, 0)]
    widths[axis] = (window // 2 + 1, (window - 1) // 2)
    sums = np.cumsum(np.pad(values, widths, mode="edge"), axis)
    n = values.shape[axis]
    ahead = np.take(sums, range(window, n + window), axis)
    moving: NDArray[np.int64] = ahead - np.take(sums, range(n), axis)
    return moving


def _closing(grey: NDArray[np.uint8], window: int) -> NDArray[np.uint8]:
    """Close by a square, the edge of the picture repeated beyond it."""
    half = window // 2
    padded = np.pad(grey, half, mode="edge")
    for sweep in (ndimage.maximum_filter1d, ndimage.minimum_filter1d):
        for axis in (0, 1):
            padded = sweep(padded, window, axis, mode="nearest")
    return padded[half:-half, half:-half]
