"""Picture files of any kind and size, decoded for clustering and for looking at."""

import functools
import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_clustering.errors import InputError
from mnist_clustering.images import forming
from mnist_clustering.images.form import HANDWRITING

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
# Larger ones are not decoded: a picture of 100 megapixels takes 400 MB.
MOST_BYTES = 200_000_000
_MOST_PIXELS = 100_000_000
_WORKING_SIDE = 512
# Sides of thumbnails, which together take at most so many bytes.
_SIDES = (64, 48, 32)
_MOST_THUMBNAILS = 256_000_000


@dataclass(frozen=True)
class Picture:
    """A picture in form.

    Attributes
    ----------
    image : ndarray of uint8, shape (28, 28)
        Grey, light on dark.
    thumbnail : ndarray of uint8, shape (side, side, 3)
        As it looks, scaled and padded with its own background.
    coloured : bool
        Whether it has colours, of which the form keeps how far they are from the background.
    """

    image: NDArray[np.uint8]
    thumbnail: NDArray[np.uint8]
    coloured: bool


def decode(data: bytes, form: str, side: int) -> Picture:
    """Decode one picture and bring it into form.

    Parameters
    ----------
    data : bytes
        The whole file.
    form : {"handwriting", "frame"}
    side : int
        Of the thumbnail, in pixels.

    Raises
    ------
    InputError
        Why it cannot be used, as a clause: "is animated", "is cut short".
    """
    if not data:
        raise InputError("is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_formats()) as picture:
                return _convert(_upright(picture), form, side)
    except UnidentifiedImageError:
        raise InputError("is no picture of a kind that can be read") from None
    except Image.DecompressionBombError:
        raise InputError("has too many pixels: scale it down") from None
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        cut = "truncated" in str(error) or "processed" in str(error)
        raise InputError("is cut short" if cut else f"is damaged ({error})") from None


@functools.cache
def _formats() -> tuple[str, ...]:
    """List the formats that this build of Pillow reads; JPEG stands for the MPO of cameras too."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _upright(picture: Image.Image) -> Image.Image:
    """Check size and number of frames, shrink and turn a picture as its camera was held."""
    if picture.width * picture.height > _MOST_PIXELS:
        raise InputError(f"has {picture.width} x {picture.height} pixels: scale it down")
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and picture.format != "MPO":
        raise InputError(f"is animated or has pages ({frames}): save the one that counts")
    picture.draft("RGB", (_WORKING_SIDE, _WORKING_SIDE))
    return ImageOps.exif_transpose(picture)


def _convert(picture: Image.Image, form: str, side: int) -> Picture:
    if picture.mode.startswith(("I", "F")):
        deep = np.nan_to_num(np.asarray(picture).astype(np.float64))
        low, high = float(deep.min()), float(deep.max())
        scaled = np.rint((deep - low) * (255 / max(high - low, 1.0))).astype(np.uint8)
        picture = Image.fromarray(scaled)
    flat = _without_transparency(picture)
    if max(flat.size) > _WORKING_SIDE:
        flat.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    colours = np.asarray(flat)
    coloured = bool((np.ptp(colours, axis=2) > 8).any())
    image = forming.bring(np.asarray(flat.convert("L")) if form == HANDWRITING else colours, form)
    if not image.any():
        raise InputError("shows nothing that stands out from its background")
    return Picture(image, thumbnail(flat, side), coloured)


def _without_transparency(picture: Image.Image) -> Image.Image:
    """Put what is transparent onto the shade that stands out from what is drawn."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    drawn = picture.convert("RGBA")
    grey, alpha = (np.asarray(band).astype(np.int64) for band in drawn.convert("LA").split())
    light = int((grey * alpha).sum()) * 2 > 255 * int(alpha.sum())
    behind = Image.new("RGBA", drawn.size, "black" if light else "white")
    return Image.alpha_composite(behind, drawn).convert("RGB")


def thumbnail_side(n: int) -> int:
    """Side of the thumbnails of n pictures, 0 where even small ones would be too much."""
    return next((side for side in _SIDES if side * side * 3 * n <= _MOST_THUMBNAILS), 0)


def thumbnail(picture: Image.Image, side: int) -> NDArray[np.uint8]:
    """Scale a picture to fit a square, padded with the median colour of its border."""
    small = ImageOps.contain(picture.convert("RGB"), (side, side), Image.Resampling.BOX)
    colours = np.asarray(small)
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    field = np.empty((side, side, 3), dtype=np.uint8)
    field[:] = np.sort(border, axis=0)[len(border) // 2]
    top, left = (side - small.height) // 2, (side - small.width) // 2
    field[top : top + small.height, left : left + small.width] = colours
    return field
