"""Draw sheets of paper as people photograph them: digits in ordinary pens and light, and no digits.

A pen follows the middle of the strokes of a given image, so that its width is free; paper, ink,
light and what else is in view are laid over one another as reflectance. Every sheet is a function
of its random generator.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy import ndimage
from scipy.interpolate import make_interp_spline

Rng = np.random.Generator
Grey = NDArray[np.uint8]
# Share of a pixel that is covered by ink, or the share of light that reaches it: 0 to 1.
Share = NDArray[np.float64]
Shade = tuple[int, int, int]

SIDE = 480
PAPER, INK = (243, 240, 232), (28, 28, 32)
_LUMA = np.array((0.299, 0.587, 0.114))
_FINE = 8  # pixels of a skeleton to a pixel of a 28 x 28 image


def pen(image: Grey, height: int, width: float) -> Share:
    """Draw an image's strokes, light on dark, anew by a round pen, cropped to the drawing.

    ``height`` is that of its longer side, in pixels, and ``width`` the pen's, as a share of it.
    """
    away = _away_from_skeleton(image.tobytes(), image.shape)
    rows, columns = np.nonzero(away == 0)
    thick = max(width * height, 1.0)
    scale = (height - thick) / max(int(np.ptp(rows)), int(np.ptp(columns)), 1)
    margin = int(np.ceil(thick / 2 / scale)) + 2
    padded = np.pad(away, margin, mode="linear_ramp", end_values=2.0 * margin)
    box = padded[rows.min() : rows.max() + 2 * margin, columns.min() : columns.max() + 2 * margin]
    size = tuple(max(1, round(side * scale)) for side in box.shape[::-1])
    distance = Image.fromarray(box.astype(np.float32)).resize((size[0], size[1]))
    covered: Share = np.clip(thick / 2 - np.asarray(distance) * scale + 0.5, 0, 1)
    return covered


def faithful(image: Grey) -> bool:
    """Whether a pen of the same width gives a 28 x 28 image back: loops run full are no strokes."""
    rows, columns = np.nonzero(image > 110)
    height = int(max(np.ptp(rows), np.ptp(columns))) + 1
    mask = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] > 110
    best = 0.0
    for width in (0.1, 0.13, 0.16, 0.2):
        drawn = pen(image, 8 * height, width)
        again = np.asarray(Image.fromarray(drawn > 0.5).resize(mask.shape[::-1]))
        best = max(best, float((again & mask).sum() / (again | mask).sum()))
    return best > 0.75


@cache
def _away_from_skeleton(data: bytes, shape: tuple[int, int]) -> Share:
    grey = Image.frombytes("L", shape[::-1], data)
    size = (shape[1] * _FINE, shape[0] * _FINE) if max(shape) < 100 else shape[::-1]
    large = ndimage.gaussian_filter(np.asarray(grey.resize(size, Image.Resampling.BICUBIC)), 3.0)
    mask = large > 110
    distance: Share = ndimage.distance_transform_edt(~thin(mask))
    return distance


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin strokes to lines (Zhang and Suen, "A fast parallel algorithm", CACM 27, 1984)."""
    mask = np.pad(mask, 1)
    while True:
        before = mask
        for first in (True, False):
            n = [
                np.roll(mask, shift, (0, 1))
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]
            count = sum(x.astype(np.int8) for x in n)
            turns = sum((~a & b).astype(np.int8) for a, b in zip(n, n[1:] + n[:1], strict=True))
            up, right, down, left = n[0], n[2], n[4], n[6]
            ends = (right & down & (up | left)) if first else (up & left & (right | down))
            mask = mask & ~((count >= 2) & (count <= 6) & (turns == 1) & ~ends)
        if np.array_equal(mask, before):
            return mask[1:-1, 1:-1]


def put(drawing: Share, side: int = SIDE, at: tuple[float, float] = (0.5, 0.5)) -> Share:
    """Put a drawing on a square sheet, its middle at a place given in shares of the side."""
    sheet = np.zeros((side, side))
    top, left = (
        min(max(round(place * side - size / 2), 0), max(side - size, 0))
        for place, size in zip(at, drawing.shape, strict=True)
    )
    drawing = drawing[:side, :side]
    sheet[top : top + drawing.shape[0], left : left + drawing.shape[1]] = drawing
    return sheet


def photograph(
    rng: Rng,
    covered: Share,
    ink: Shade = INK,
    paper: Shade | Share = PAPER,
    light: Share | float = 1.0,
    noise: float = 2.5,
) -> Grey:
    """Photograph a sheet: ink over paper, light over both, a lens's blur, a sensor's noise.

    ``noise`` is a standard deviation in grey levels.
    """
    # Colours are seen as Pillow turns them into grey levels.
    sheet = np.asarray(paper, dtype=float) @ _LUMA
    seen = sheet + (np.asarray(ink) @ _LUMA - sheet) * covered
    seen = ndimage.gaussian_filter(seen * light, 0.7) + rng.normal(0, noise, seen.shape)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def grey(share: Share) -> Grey:
    """Turn shares into bytes."""
    return np.rint(255 * share).astype(np.uint8)


def ramp(side: int, angle: float) -> Share:
    """Measure how far each pixel lies in a direction (radians), from -1 to 1 across the sheet."""
    y, x = np.indices((side, side)) / (side - 1) * 2 - 1
    return (x * np.cos(angle) + y * np.sin(angle)) / (abs(np.cos(angle)) + abs(np.sin(angle)))


def shadow(rng: Rng, depth: float, softness: float, side: int = SIDE) -> Share:
    """Make the light beside the edge of a shadow that crosses the sheet."""
    edge = (ramp(side, rng.uniform(0, 2 * np.pi)) - rng.uniform(-0.3, 0.3)) / max(softness, 1e-3)
    return 1 - depth / (1 + np.exp(-np.clip(6 * edge, -50, 50)))


def vignette(rng: Rng, depth: float, side: int = SIDE) -> Share:
    """Make light that falls off towards the corners."""
    y, x = np.indices((side, side)) / (side - 1) * 2 - 1
    row, column = rng.uniform(-0.15, 0.15, 2)
    return 1 - depth * np.clip(((y - row) ** 2 + (x - column) ** 2) / 2, 0, 1)


def slope(rng: Rng, depth: float, side: int = SIDE) -> Share:
    """Make light that falls off to one side."""
    return 1 - depth * (ramp(side, rng.uniform(0, 2 * np.pi)) + 1) / 2


def ruled(rng: Rng, squared: bool, side: int = SIDE, shade: Shade = (168, 190, 224)) -> Share:
    """Make paper with lines, or with squares."""
    pitch = int(side * (0.055 if squared else rng.uniform(0.08, 0.13)))
    start, thick = int(rng.integers(pitch)), max(1, round(side / 300))
    lines = (np.arange(side) - start) % pitch < thick
    on = np.broadcast_to(lines[:, None], (side, side))
    on = (on | lines[None, :]) if squared else on
    on = ndimage.rotate(
        on.astype(float), rng.uniform(-2, 2), reshape=False, order=1, mode="grid-wrap"
    )
    paper = np.broadcast_to(np.array(PAPER, dtype=float), (side, side, 3))
    return paper + (np.array(shade) - paper) * np.clip(on, 0, 1)[..., None]


def kraft(rng: Rng, side: int = SIDE) -> Share:
    """Make brown wrapping paper with fibres."""
    fibres = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), (1, 5)) * 18
    return np.array((188.0, 150.0, 108.0)) + fibres[..., None]


def desk(rng: Rng, side: int = SIDE) -> Share:
    """Make a sheet whose edge, and the wood beyond it, are in view on one or two sides."""
    paper = np.broadcast_to(np.array(PAPER, dtype=float), (side, side, 3)).copy()
    grain = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), (1, 25)) * 40
    wood = np.array(((120, 82, 50), (70, 60, 55), (160, 120, 80))[rng.integers(3)], dtype=float)
    for turn in rng.permutation(4)[: rng.integers(1, 3)]:
        line = ramp(side, turn * np.pi / 2 + rng.uniform(-0.06, 0.06))
        beyond = line > rng.uniform(0.72, 0.88)
        paper[beyond] = (wood + grain[..., None])[beyond]
        paper[(~beyond) & (line > line[beyond].min() - 0.015)] *= 0.8
    return paper


def thumb(rng: Rng, sheet: Share | Shade = PAPER, side: int = SIDE) -> Share:
    """Make a sheet held by a thumb, which reaches in from a side."""
    picture = Image.new("L", (side, side))
    reach, half = rng.uniform(0.16, 0.26) * side, rng.uniform(0.06, 0.08) * side
    centre = rng.uniform(0.15, 0.85) * side
    box = [-2 * reach, centre - half, reach, centre + half]
    ImageDraw.Draw(picture).rounded_rectangle(box, half, fill=255)
    for _ in range(rng.integers(4)):
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    on = np.asarray(picture.filter(ImageFilter.GaussianBlur(side / 200))) / 255
    paper = np.broadcast_to(np.asarray(sheet, dtype=float), (side, side, 3))
    return paper + (np.array((205.0, 150.0, 125.0)) - paper) * on[..., None]


def line_art(draw: Callable[[ImageDraw.ImageDraw, int], None], side: int = SIDE) -> Share:
    """Draw by Pillow at twice the size, and shrink."""
    picture = Image.new("L", (2 * side, 2 * side))
    draw(ImageDraw.Draw(picture), 2 * side)
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX)) / 255


def box_around(covered: Share, rng: Rng, round_: bool = False) -> Share:
    """Add a box, or a circle, around what is drawn."""
    rows, columns = np.nonzero(covered > 0.5)
    half = max(np.ptp(rows), np.ptp(columns)) / 2 * (1.55 if round_ else 1.3) + 8
    y, x = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    corners = [2 * (x - half), 2 * (y - half), 2 * (x + half), 2 * (y + half)]
    width = int(rng.integers(6, 20))

    def draw(on: ImageDraw.ImageDraw, _: int) -> None:
        (on.ellipse if round_ else on.rectangle)(corners, outline=255, width=width)

    return np.maximum(covered, line_art(draw, len(covered)))


def line_under(covered: Share, rng: Rng) -> Share:
    """Add a line under what is drawn."""
    rows, columns = np.nonzero(covered > 0.5)
    height = np.ptp(rows)
    y = 2 * (rows.max() + height * rng.uniform(0.12, 0.25))
    ends = 2 * (columns.min() - 0.2 * height), 2 * (columns.max() + 0.2 * height)
    tilt, width = rng.uniform(-0.03, 0.03) * (ends[1] - ends[0]), int(rng.integers(6, 16))

    def draw(on: ImageDraw.ImageDraw, _: int) -> None:
        on.line([ends[0], y - tilt, ends[1], y + tilt], fill=255, width=width)

    return np.maximum(covered, line_art(draw, len(covered)))


def scribble(rng: Rng, height: int, width: float = 0.08) -> Share:
    """Draw a random curve that turns a few times."""
    n = int(rng.integers(6, 14))
    points = make_interp_spline(np.arange(n), rng.uniform(0.1, 0.9, (n, 2)), k=3)(
        np.linspace(0, n - 1, 40 * n)
    )

    def draw(on: ImageDraw.ImageDraw, side: int) -> None:
        thick = width * side
        for y, x in points * side:
            on.ellipse([x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2], fill=255)

    return line_art(draw, height)


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Load one of the fonts that come with matplotlib, or any by its path."""
    path = (
        name if "/" in name else str(Path(matplotlib.get_data_path(), "fonts/ttf", name + ".ttf"))
    )
    return ImageFont.truetype(path, size)


def glyph(character: str, name: str, height: int) -> Share:
    """Print a character, its longer side of the given height."""
    big = Image.new("L", (800, 800))
    ImageDraw.Draw(big).text((400, 400), character, fill=255, font=font(name, 400), anchor="mm")
    bounds = big.getbbox()
    if bounds is None:
        raise ValueError(f"{name} has no {character!r}")
    cut = big.crop(bounds)
    scale = height / max(cut.size)
    size = tuple(max(1, round(side * scale)) for side in cut.size)
    return np.asarray(cut.resize((size[0], size[1]), Image.Resampling.BOX)) / 255
