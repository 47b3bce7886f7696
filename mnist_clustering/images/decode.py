"""Decode picture files: the one way from the bytes of a file to pixels, or to why there are none.

Errors are clauses that follow the name of the file, such as "is empty"; callers put the name first.
"""

import functools
import io
import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, JpegImagePlugin, UnidentifiedImageError

from mnist_clustering.errors import InputError

LARGEST_SIDE = 20_000
# More would take 400 MB as it is decoded.
_MOST_PIXELS = 100_000_000
# Levels, of 255, between the channels of a pixel that is still grey.
_GREY = 8
# Longest side that is worked on; a picture larger than this is shrunk first.
WORKING_SIDE = 512
# Readers of Pillow that start other programs, or that only look at the header.
_NOT_READ = {"EPS", "WMF", "BUFR", "GRIB", "HDF5", "FPX", "MIC", "MPEG"}
# Layers and the previews of cameras are no pages.
_ONE_PICTURE = ("MPO", "PSD")
# How files begin that hold no pixels that can be read, and the way out.
_FOREIGN = (
    (0, b"version https://git-lfs", "is a pointer of Git LFS: fetch the file by git lfs pull"),
    (0, b"/annex/objects/", "is a pointer of git-annex: fetch the file by git annex get"),
    (0, b"%PDF", "is a PDF: save its page as PNG, for example by pdftoppm -png"),
    (0, b"%!PS", "is PostScript: save it as PNG"),
    (0, b"\xc5\xd0\xd3\xc6", "is PostScript: save it as PNG"),
    (0, b"<svg", "is an SVG drawing: export it as PNG"),
    (0, b"<?xml", "is XML, perhaps an SVG drawing: export it as PNG"),
    (0, b"<!doctype html", "is a web page: save the picture that it shows"),
    (0, b"<html", "is a web page: save the picture that it shows"),
    (0, b"PK\x03\x04", "is an archive (ZIP, office document): unpack it"),
    (0, b"\x1f\x8b", "is packed by gzip: unpack it by gunzip"),
    (0, b"\xd7\xcd\xc6\x9a", "is a Windows metafile: save it as PNG"),
    (4, b"ftypmp4", "is a film: save one frame as PNG"),
    (4, b"ftypisom", "is a film: save one frame as PNG"),
    (4, b"ftypqt", "is a film: save one frame as PNG"),
    (0, b"\x1a\x45\xdf\xa3", "is a film: save one frame as PNG"),
    *(
        (4, b"ftyp" + brand, "is HEIC: save it as JPEG (on a phone: share it as JPEG)")
        for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
    ),
)
# How the pictures begin that people have; WebP, AVIF and HEIC have their names further on.
_STARTS = (
    *(b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
    b"\0\0\0\x0cjP",
)
_NAMED = (b"WEBP", b"ftypavif", b"ftypheic", b"ftypheix", b"ftypmif1")
# Of pictures that Pillow does not read, but whose owners should hear what to do.
_ENDINGS_TOO = (".heic", ".heif", ".hif", ".svg", ".svgz")


@dataclass(frozen=True)
class Picture:
    """A decoded picture, turned as its camera was held."""

    upright: Image.Image  # of 8 bits a channel, in whatever mode
    longest: int  # longer side of the file's picture in pixels, of which this may be a smaller copy

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """Luma by ITU-R 601, then shrunk to 512 pixels at the longer side; (height, width).

        What is transparent takes the shade, black or white, that stands out from what is drawn.
        """
        return self._on_paper("L")[..., 0]

    @cached_property
    def colours(self) -> NDArray[np.uint8]:
        """Red, green and blue, shrunk alike; (height, width, 3)."""
        return self._on_paper("RGB")

    @cached_property
    def strongest(self) -> NDArray[np.uint8]:
        """The colour channel whose levels vary most; (height, width)."""
        flat = self.colours.reshape(-1, 3).astype(np.int64)
        spread = len(flat) * (flat * flat).sum(axis=0) - flat.sum(axis=0) ** 2
        return self.colours[..., int(spread.argmax())]

    @cached_property
    def scale(self) -> float:
        """How many pixels of the file go into one of these, in each direction."""
        return self.longest / max(self.grey.shape)

    @property
    def coloured(self) -> bool:
        """Whether some pixels are not grey."""
        return bool((np.ptp(self.colours, axis=2) > _GREY).any())

    def _on_paper(self, mode: str) -> NDArray[np.uint8]:
        clear = self.upright.has_transparency_data
        bands = _shrunk(self.upright.convert(mode + "A" if clear else mode))
        if not clear:
            return bands
        colours, alpha = bands[..., :-1].astype(np.int64), bands[..., -1:].astype(np.int64)
        return ((colours * alpha + self._behind * (255 - alpha) + 127) // 255).astype(np.uint8)

    @cached_property
    def _behind(self) -> int:
        """The shade behind what is transparent."""
        grey, alpha = np.moveaxis(_shrunk(self.upright.convert("LA")).astype(np.int64), -1, 0)
        return 0 if (grey * alpha).sum() * 2 > 255 * alpha.sum() else 255

    def thumbnail(self, side: int) -> NDArray[np.uint8]:
        """Scale to fit a square, padded with the median colour of the border; (side, side, 3)."""
        whole = Image.fromarray(self.colours)
        colours = np.asarray(ImageOps.contain(whole, (side, side), Image.Resampling.BOX))
        border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
        field = np.empty((side, side, 3), dtype=np.uint8)
        field[:] = np.sort(border, axis=0)[len(border) // 2]
        height, width = colours.shape[:2]
        top, left = (side - height) // 2, (side - width) // 2
        field[top : top + height, left : left + width] = colours
        return field


def _shrunk(picture: Image.Image) -> NDArray[np.uint8]:
    """Shrink to working size by means of boxes; (height, width, bands)."""
    if max(picture.size) > WORKING_SIDE:
        picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
    return np.asarray(picture).reshape(picture.height, picture.width, -1)


def decode(data: bytes) -> Picture:
    """Decode a picture file of any kind that Pillow reads by itself.

    Raises
    ------
    InputError
        Why it cannot be used, as a clause: it is no picture, damaged, too large, a film or several
        pages.
    """
    if not data:
        raise InputError("is empty")
    if why := advice(data):
        raise InputError(why)
    try:
        with warnings.catch_warnings():
            # Large is no danger yet, and what is wrong with metadata does not matter.
            warnings.simplefilter("ignore")
            with _open(data) as picture:
                return _decoded(picture)
    except UnidentifiedImageError:
        raise InputError(
            "is neither a picture (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF and more) nor an array "
            "(NPY, NPZ, IDX, CSV, Parquet)"
        ) from None
    except Image.DecompressionBombError:
        raise InputError("has too many pixels: scale it down") from None
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, RuntimeError, LookupError, TypeError) as error:
        # What Pillow's readers raise on damaged files differs from format to format.
        said = " ".join(str(error).split())
        cut = "truncated" in said or "processed" in said
        raise InputError("is cut short" if cut else f"is damaged ({said})") from None


def advice(start: bytes) -> str | None:
    """Say what a file is that begins like this and cannot be read, and what to do instead."""
    head = start[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # AVIF may call itself by HEIC's more general names.
    found = (why for at, sign, why in _FOREIGN if head[at:].startswith(sign.lower()))
    return None if b"avif" in head else next(found, None)


def is_picture(start: bytes) -> bool:
    """Whether a file that begins like this is a picture of one of the usual kinds."""
    return start.startswith(_STARTS) or any(name in start[:16] for name in _NAMED)


@functools.cache
def endings() -> tuple[str, ...]:
    """List the endings of names of pictures, in lower case."""
    Image.init()
    return (*Image.registered_extensions(), *_ENDINGS_TOO)


@functools.cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in Image.OPEN if name not in _NOT_READ)


def _open(data: bytes) -> Image.Image:
    """Read the header; Pillow refuses what is dangerously large.

    But not a JPEG, of which `_decoded` reads an eighth: phones make 200 million pixels.
    """
    if data.startswith(b"\xff\xd8"):
        return JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    return Image.open(io.BytesIO(data), formats=_formats())


def _decoded(picture: Image.Image) -> Picture:
    """Check size and number of pages, decode, and turn a picture as its camera was held."""
    width, height = picture.size
    if max(width, height) > LARGEST_SIDE:
        raise InputError(f"has {width} x {height} pixels: scale it to {LARGEST_SIDE} a side")
    pages = 1 if picture.format in _ONE_PICTURE else getattr(picture, "n_frames", 1)
    if pages > 1:
        raise InputError(f"has {pages} frames or pages: save the one that counts by itself")
    picture.draft(None, (WORKING_SIDE, WORKING_SIDE))
    # A progressive JPEG is held as a whole before it is shrunk.
    held = (width, height) if picture.info.get("progressive") else picture.size
    if held[0] * held[1] > _MOST_PIXELS:
        raise InputError(f"has {width} x {height} pixels: scale it down")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode[0] in "IF":
        upright = Image.fromarray(_from_deep(np.asarray(upright)))
    upright.load()
    return Picture(upright, max(width, height))


def _from_deep(levels: NDArray) -> NDArray[np.uint8]:
    """Scale levels of more than 8 bits by the brightest: 10 or 12 bits often come in 16."""
    levels = np.where(np.isfinite(levels), levels, 0).astype(np.float64)
    levels = np.maximum(levels, 0)
    return np.rint(levels * 255 / max(levels.max(), 1e-9)).astype(np.uint8)
