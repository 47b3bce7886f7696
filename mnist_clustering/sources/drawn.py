"""Pictures drawn on the spot, from fonts that matplotlib brings along: data without a network."""

import io
from collections.abc import Callable, Iterator
from importlib.metadata import distribution

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnist_clustering.errors import InputError

_FONTS = "matplotlib/mpl-data/fonts/ttf/{}.ttf"
_SANS, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_FACES = (
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
    *("cmr10", "cmss10", "cmtt10", "cmti10", "cmb10", "cmmi10"),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS = {
    "anchor": "⚓",
    "arrow": "➔",
    "cloud": "☁",
    "heart": "♥",
    "house": "⌂",
    "knight": "♞",
    "note": "♫",
    "plane": "✈",
    "scissors": "✂",
    "star": "★",
    "sun": "☀",
    "umbrella": "☂",
}
_OF_EACH = 25


def pictures(name: str) -> dict[str, bytes]:
    """Draw a set of pictures: PNG files by path, in a folder for each class.

    "letters" are in 22 typefaces, black on white, "signs" in many colours and sizes.

    Raises
    ------
    InputError
        If there is no such set.
    """
    sets: dict[str, Callable[[], Iterator[tuple[str, Image.Image]]]] = {
        "letters": _letters,
        "signs": _signs,
    }
    if name not in sets:
        raise InputError(f"no set {name!r} is drawn on the spot: there are {', '.join(sets)}")
    return {path: _png(picture) for path, picture in sets[name]()}


def _letters() -> Iterator[tuple[str, Image.Image]]:
    draw = np.random.default_rng(0)
    for face in _FACES:
        for letter in _LETTERS:
            for variant in range(2):
                size = int(draw.integers(40, 70))
                angle = int(draw.integers(-5, 6))
                picture = _glyph(letter, face, size, angle, "black", "white")
                yield f"{letter}/{face}_{variant}.png", picture


def _signs() -> Iterator[tuple[str, Image.Image]]:
    draw = np.random.default_rng(1)
    for name, sign in _SIGNS.items():
        for number in range(_OF_EACH):
            size = int(draw.integers(40, 160))
            angle = int(draw.integers(-20, 21))
            # Dark on light or light on dark, with room for both colours.
            dark, light = draw.integers(0, 110, 3), draw.integers(170, 256, 3)
            ink, paper = (dark, light) if number % 3 else (light, dark)
            face = _SANS if number % 2 else _BOLD
            picture = _glyph(sign, face, size, angle, _colour(ink), _colour(paper))
            yield f"{name}/{number:02}.png", picture


def _colour(values: np.ndarray) -> str:
    return "#" + "".join(f"{value:02x}" for value in values.tolist())


def _glyph(text: str, face: str, size: int, angle: int, ink: str, paper: str) -> Image.Image:
    """Draw one glyph in the middle of a picture of its own size, turned by some degrees."""
    font = ImageFont.truetype(
        str(distribution("matplotlib").locate_file(_FONTS.format(face))), size
    )
    left, top, right, bottom = font.getbbox(text)
    margin = size // 3
    width, height = int(right - left) + 2 * margin, int(bottom - top) + 2 * margin
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).text((margin - left, margin - top), text, font=font, fill=255)
    mask = mask.rotate(angle, Image.Resampling.BILINEAR)
    picture = Image.new("RGB", mask.size, paper)
    picture.paste(ink, (0, 0), mask)
    return picture


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
