"""Read picture files as grey levels."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from stages.methods.errors import InputError

_FORMATS = ("PNG", "JPEG")
_LARGEST_SIDE = 20_000
# Longest side that is worked on; a picture larger than this is shrunk first.
_WORKING_SIDE = 512


def decode(data: bytes, name: str = "the picture") -> NDArray[np.uint8]:
    """Read a PNG or JPEG file as grey levels.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What to call it in an error.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        0 is black. What is transparent takes the shade that stands out from what is drawn.

    Raises
    ------
    InputError
        If the data are no picture, a damaged one, or one too large to be read safely.
    """
    try:
        with _open(data) as picture:
            if max(picture.size) > _LARGEST_SIDE:
                raise InputError(
                    f"{name} has {picture.width} x {picture.height} pixels: "
                    f"scale it to at most {_LARGEST_SIDE} a side"
                )
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
            return _grey(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError:
        raise InputError(f"{name} is neither a PNG nor a JPEG picture") from None
    except Image.DecompressionBombError:
        raise InputError(f"{name} has too many pixels to be read safely: scale it down") from None
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{name} is damaged and cannot be read: {error}") from None


def _open(data: bytes) -> Image.Image:
    """Read the header of a picture; Pillow refuses one that is dangerously large."""
    with warnings.catch_warnings():
        # Half as large is no danger yet.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data), formats=_FORMATS)


def _grey(picture: Image.Image) -> NDArray[np.uint8]:
    """Shrink a picture to working size and turn it into 8-bit grey levels."""
    if picture.mode.startswith("I"):
        # Sixteen bits a pixel, which Pillow would clip.
        deep = np.asarray(picture).astype(np.int64)
        picture = Image.fromarray((np.clip(deep, 0, 65535) // 257).astype(np.uint8))
    picture = picture.convert("LA" if picture.has_transparency_data else "L")
    if max(picture.size) > _WORKING_SIDE:
        picture.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    if picture.mode == "L":
        return np.asarray(picture)
    grey, alpha = (np.asarray(band).astype(np.int64) for band in picture.split())
    drawn_light = (grey * alpha).sum() * 2 > 255 * alpha.sum()
    behind = 0 if drawn_light else 255
    return ((grey * alpha + behind * (255 - alpha) + 127) // 255).astype(np.uint8)
