"""Read picture files of all kinds as grey levels."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_clustering.errors import InputError

_LARGEST_SIDE = 20_000
# Longest side that is worked on; a picture larger than this is shrunk first.
_WORKING_SIDE = 512
# How files begin that Pillow cannot read, or only by starting other programs; the way out.
_FOREIGN = (
    (0, b"%PDF", "a PDF: save its page as PNG, for example by pdftoppm -png"),
    (0, b"%!PS", "PostScript: save it as PNG"),
    (0, b"<svg", "an SVG drawing: export it as PNG"),
    (0, b"<?xml", "XML, perhaps an SVG drawing: export it as PNG"),
    (0, b"PK\x03\x04", "an archive (ZIP, NPZ, office document): unpack it"),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows metafile: save it as PNG"),
    (4, b"ftypmp4", "a film: save one frame as PNG"),
    (4, b"ftypqt", "a film: save one frame as PNG"),
    *(
        (4, b"ftyp" + brand, "HEIC: save it as JPEG (on a phone: share it as JPEG)")
        for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
    ),
)

# How the pictures begin that people have; WebP, AVIF and HEIC have their names further on.
_STARTS = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_NAMED = (b"WEBP", b"ftypavif", b"ftypheic", b"ftypmif1")


@dataclass(frozen=True)
class Picture:
    """A picture as it is worked on.

    Attributes
    ----------
    grey : ndarray of uint8, shape (height, width)
        0 is black. What is transparent takes the shade that stands out from what is drawn.
    scale : float
        How many pixels of the file, upright, go into one of these in each direction.
    """

    grey: NDArray[np.uint8]
    scale: float


def is_picture(start: bytes) -> bool:
    """Whether a file that begins like this is a picture of one of the usual kinds."""
    return start.startswith(_STARTS) or any(name in start for name in _NAMED)


def decode(data: bytes, name: str = "the picture") -> NDArray[np.uint8]:
    """Read a picture file as grey levels: see `decode_sized`."""
    return decode_sized(data, name).grey


def decode_sized(data: bytes, name: str = "the picture") -> Picture:
    """Read a picture file of any kind that Pillow knows; of several frames, the first.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What to call it in an error.

    Returns
    -------
    Picture

    Raises
    ------
    InputError
        If the data are no picture, a damaged one, or one too large to be read safely.
    """
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    for at, start, what in _FOREIGN:
        # AVIF may call itself by HEIC's more general names.
        if head[at:].startswith(start) and b"avif" not in head:
            raise InputError(f"{name} is {what}")
    try:
        with _open(data) as picture:
            longest = max(picture.size)
            if longest > _LARGEST_SIDE:
                raise InputError(
                    f"{name} has {picture.width} x {picture.height} pixels: "
                    f"scale it to at most {_LARGEST_SIDE} a side"
                )
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
            grey = _grey(ImageOps.exif_transpose(picture))
            return Picture(grey, longest / max(grey.shape))
    except UnidentifiedImageError:
        raise InputError(
            f"{name} is neither a picture (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF and more) "
            "nor an array (NPY, IDX)"
        ) from None
    except Image.DecompressionBombError:
        raise InputError(f"{name} has too many pixels to be read safely: scale it down") from None
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, RuntimeError, LookupError, TypeError) as error:
        # What Pillow's readers raise on damaged files differs from format to format.
        raise InputError(f"{name} is damaged and cannot be read: {error}") from None


def _open(data: bytes) -> Image.Image:
    """Read the header of a picture; Pillow refuses one that is dangerously large."""
    with warnings.catch_warnings():
        # Half as large is no danger yet; and what is wrong with metadata does not matter.
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(data))


def _grey(picture: Image.Image) -> NDArray[np.uint8]:
    """Shrink a picture to working size and turn it into 8-bit grey levels."""
    if picture.mode[0] in "IF":
        picture = Image.fromarray(_from_deep(np.asarray(picture)))
    picture = picture.convert("LA" if picture.has_transparency_data else "L")
    if max(picture.size) > _WORKING_SIDE:
        picture.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    if picture.mode == "L":
        return np.asarray(picture)
    grey, alpha = (np.asarray(band).astype(np.int64) for band in picture.split())
    drawn_light = (grey * alpha).sum() * 2 > 255 * alpha.sum()
    behind = 0 if drawn_light else 255
    return ((grey * alpha + behind * (255 - alpha) + 127) // 255).astype(np.uint8)


def _from_deep(levels: NDArray) -> NDArray[np.uint8]:
    """Scale levels of more than 8 bits by the brightest: 10 or 12 bits often come in 16."""
    levels = np.where(np.isfinite(levels), levels, 0).astype(np.float64)
    levels = np.maximum(levels, 0)
    return np.rint(levels * 255 / max(levels.max(), 1e-9)).astype(np.uint8)
