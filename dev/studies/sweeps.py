"""Conditions under which people photograph a digit, and what they photograph that is none."""

import string
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from dev.studies import sheets
from dev.studies.sheets import Grey, Rng, Share

PENCIL, BLUE, RED, DARK_RED = (150, 150, 155), (40, 60, 150), (190, 40, 45), (150, 30, 30)
WIDTHS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15)
HEIGHTS = (0.06, 0.08, 0.1, 0.15, 0.9)
SIGNS = '+-=×÷?!%&#@$§€£<>*/\\()[]{}~^:;|_"±√∞∑∫π'
EMOJI = "☺☹☻♥★☆☂☎☀☁✂✈♫♪☕☠☮☯♻⚓⚡✉✌✏❄❤❀☘⚽♞♛⌛⌚➤➔☞✓✗✿"
Draw = Callable[[Rng, Grey], Grey]


def _sheet(rng: Rng, image: Grey, width: float | None = None, largest: float = 0.7) -> Share:
    """Draw a digit of some size, somewhere near the middle."""
    width = rng.uniform(0.05, 0.12) if width is None else width
    height = int(rng.uniform(0.3, largest) * sheets.SIDE)
    row, column = rng.uniform(0.42, 0.58, 2)
    return sheets.put(sheets.pen(image, height, width), at=(float(row), float(column)))


def _under(light: Callable[[Rng], Share], rng: Rng, image: Grey) -> Grey:
    return sheets.photograph(rng, _sheet(rng, image), light=light(rng))


def _on(
    paper: Callable[[Rng], Share], rng: Rng, image: Grey, ink: sheets.Shade = sheets.INK
) -> Grey:
    return sheets.photograph(rng, _sheet(rng, image), ink, paper(rng))


def _ink(ink: sheets.Shade, rng: Rng, image: Grey) -> Grey:
    return sheets.photograph(rng, _sheet(rng, image), ink=ink)


def _pen(width: float, rng: Rng, image: Grey) -> Grey:
    return sheets.photograph(rng, _sheet(rng, image, width))


def _height(share: float, rng: Rng, image: Grey) -> Grey:
    drawn = sheets.pen(image, int(share * sheets.SIDE), rng.uniform(0.06, 0.12))
    return sheets.photograph(rng, sheets.put(drawn))


def _with(around: Callable[[Share, Rng], Share], rng: Rng, image: Grey) -> Grey:
    return sheets.photograph(rng, around(_sheet(rng, image, largest=0.5), rng))


CONDITIONS: dict[str, Draw] = {
    **{f"pen {width:.0%}": partial(_pen, width) for width in WIDTHS},
    **{f"height {share:.0%}": partial(_height, share) for share in HEIGHTS},
    "light: soft shadow 0.5": partial(_under, lambda rng: sheets.shadow(rng, 0.5, 0.5)),
    "light: hard shadow 0.3": partial(_under, lambda rng: sheets.shadow(rng, 0.3, 0)),
    "light: hard shadow 0.5": partial(_under, lambda rng: sheets.shadow(rng, 0.5, 0)),
    "light: vignette 0.5": partial(_under, lambda rng: sheets.vignette(rng, 0.5)),
    "light: slope 0.5": partial(_under, lambda rng: sheets.slope(rng, 0.5)),
    "ink: pencil": partial(_ink, PENCIL),
    "ink: blue": partial(_ink, BLUE),
    "ink: red": partial(_ink, RED),
    "paper: lined": partial(_on, partial(sheets.ruled, squared=False)),
    "paper: squared": partial(_on, partial(sheets.ruled, squared=True)),
    "paper: lined, pencil": partial(_on, partial(sheets.ruled, squared=False), ink=PENCIL),
    "paper: kraft, red": partial(_on, sheets.kraft, ink=DARK_RED),
    "paper: a desk beside it": partial(_on, sheets.desk),
    "around: thumb": partial(_on, sheets.thumb),
    "around: box": partial(_with, sheets.box_around),
    "around: circle": partial(_with, partial(sheets.box_around, round_=True)),
    "around: line under it": partial(_with, sheets.line_under),
}


def enlarge(image: Grey, side: int = 140, margin: int = 30) -> Grey:
    """Enlarge an image smoothly, and give it a margin."""
    picture = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    return np.pad(np.asarray(picture), margin)


def _scribbles(rng: Rng) -> Iterator[Grey]:
    for _ in range(150):
        drawn = sheets.scribble(rng, 240, rng.uniform(0.03, 0.1))
        yield sheets.photograph(rng, sheets.put(drawn))


def _print(characters: str, fonts: tuple[str, ...], rng: Rng) -> Iterator[Grey]:
    for font in fonts:
        for character in characters:
            yield sheets.photograph(rng, sheets.put(sheets.glyph(character, font, 200)))


def _letters(rng: Rng) -> Iterator[Grey]:
    """Draw letters by pen, along the middle of their printed strokes."""
    for font in ("DejaVuSans", "DejaVuSerif", "STIXGeneral"):
        for character in string.ascii_letters:
            printed = np.pad(sheets.grey(sheets.glyph(character, font, 160)), 8)
            drawn = sheets.pen(printed, int(rng.uniform(140, 330)), rng.uniform(0.05, 0.12))
            yield sheets.photograph(rng, sheets.put(drawn))


def _dots(rng: Rng) -> Iterator[Grey]:
    """Draw one to four dots of one size."""

    def draw(on: ImageDraw.ImageDraw, side: int) -> None:
        for y, x in points:
            on.ellipse([(x - r) * side, (y - r) * side, (x + r) * side, (y + r) * side], fill=255)

    for number in range(60):
        r = rng.uniform(0.005, 0.12)
        points = rng.uniform(0.25, 0.75, (1 if number % 2 else int(rng.integers(2, 5)), 2))
        yield sheets.photograph(rng, sheets.line_art(draw))


def _blank(rng: Rng) -> Iterator[Grey]:
    """Photograph sheets of several papers in uneven light, with nothing on them."""
    papers = (
        lambda: sheets.PAPER,
        lambda: sheets.ruled(rng, squared=False),
        lambda: sheets.ruled(rng, squared=True),
        lambda: sheets.kraft(rng),
        lambda: sheets.desk(rng),
        lambda: sheets.thumb(rng),
    )
    nothing = np.zeros((sheets.SIDE, sheets.SIDE))
    for number in range(72):
        depth = rng.uniform(0.2, 0.8)
        light = (
            sheets.vignette(rng, depth),
            sheets.shadow(rng, depth, rng.uniform(0, 0.8)),
            sheets.slope(rng, depth),
        )[number % 3]
        paper = papers[number // 3 % len(papers)]()
        yield sheets.photograph(rng, nothing, paper=paper, light=light, noise=2 * (number % 4))


NO_DIGITS: dict[str, Callable[[Rng], Iterator[Grey]]] = {
    "letters by pen": _letters,
    "scribbles": _scribbles,
    "signs": partial(_print, SIGNS, ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono")),
    "emoji": partial(_print, EMOJI, ("DejaVuSans",)),
    "dots": _dots,
    "empty sheets": _blank,
}
