"""Read what people have: picture files of all kinds, arrays, folders, standard input."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_clustering import progress, resources
from mnist_clustering.errors import InputError
from mnist_clustering.images import decoding as pictures
from mnist_clustering.images import handwriting
from mnist_clustering.images import pictures as datasets
from mnist_clustering.images.form import FRAME, HANDWRITING
from mnist_clustering.model import input_arrays as arrays

STDIN = "-"
NPY, IDX = b"\x93NUMPY", b"\x00\x00\x08"
ARRAYS = (".npy", ".idx", ".idx3-ubyte", "-ubyte")
# In pixels, of the copy of a picture that is kept to be shown.
_SHOWN = 200
# Left, top, right and bottom, in pixels.
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Source:
    """The images of one file.

    Attributes
    ----------
    file : str
    images : ndarray of uint8, shape (n, 28, 28)
    flaws : list of str or None
        Why a picture shows no drawing; None for all else.
    boxes : list of tuple or None
        Left, top, right and bottom of each drawing in its picture, in pixels; None in arrays and
        where a picture is taken as a whole.
    note : str or None
        What was done to the values of an array.
    shown : ndarray of uint8, or None
        A small copy of the picture, if one was asked for.
    """

    file: str
    images: NDArray[np.uint8]
    flaws: list[str | None]
    boxes: list[Box | None]
    note: str | None = None
    shown: NDArray[np.uint8] | None = None

    @property
    def drawn(self) -> bool:
        """Whether drawings were found in a picture."""
        return any(box is not None for box in self.boxes)


def read(
    path: Path | str, many: bool = False, show: bool = False, form: str = HANDWRITING
) -> Source:
    """Read the images of one file, and bring pictures into form.

    Parameters
    ----------
    path : Path or str
        ``-`` is standard input.
    many : bool
        Whether each drawing of a picture is an image of its own.
    show : bool
        Whether to keep a small copy of a picture.
    form : {"handwriting", "frame"}
        MNIST's, or that of pictures of anything.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the content is of no kind that can be read, damaged or of another shape.
    """
    name = str(path)
    data = sys.stdin.buffer.read() if name == STDIN else Path(path).read_bytes()
    if not data:
        raise InputError(f"{name} is empty")
    for start, load in ((NPY, arrays.read_npy), (IDX, arrays.read_idx)):
        if data.startswith(start):
            found, note = arrays.images(load(data, name), name)
            return Source(name, found, [None] * len(found), [None] * len(found), note)
    return read_picture(data, name, many, show, form)


def read_picture(
    data: bytes, name: str, many: bool = False, show: bool = False, form: str = HANDWRITING
) -> Source:
    """Read a picture file that is there already: see `read`."""
    if form == FRAME:
        return _read_framed(data, name)
    picture = pictures.decode_sized(data, name)
    drawings = handwriting.find(picture.grey) if many else [handwriting.normalise(picture.grey)]
    shown = None
    if show:
        small = Image.fromarray(picture.grey)
        small.thumbnail((_SHOWN, _SHOWN))
        shown = np.asarray(small)
    return Source(
        name,
        np.stack([drawing.image for drawing in drawings]),
        [drawing.flaw for drawing in drawings],
        [_box(drawing.bounds, picture.scale) for drawing in drawings],
        shown=shown,
    )


def _read_framed(data: bytes, name: str) -> Source:
    """Bring a picture of anything into form, as those that the model was fitted to were."""
    try:
        picture = datasets.decode(data, FRAME, _SHOWN)
    except InputError as error:
        raise InputError(f"{name} {error}") from None
    return Source(name, picture.image[None], [None], [None], shown=picture.thumbnail)


def _box(bounds: handwriting.Bounds, scale: float) -> Box:
    top, bottom, left, right = (round(bound * scale) for bound in bounds)
    return left, top, right, bottom


def expand(names: Sequence[str]) -> list[str]:
    """Replace each folder by the files below it that look like images, in order of their names.

    Raises
    ------
    InputError
        If a folder has none.
    """
    files = []
    for name in names:
        if name != STDIN and Path(name).is_dir():
            found = [str(path) for path in _below(Path(name))]
            if not found:
                raise InputError(f"{name} is a folder without pictures or arrays")
            files += found
        else:
            files.append(name)
    return files


def _below(folder: Path) -> Iterator[Path]:
    known = (*Image.registered_extensions(), *ARRAYS)
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.name.lower().endswith(known):
            yield path


def read_all(
    files: Sequence[str], many: bool = False, show: bool = False, form: str = HANDWRITING
) -> tuple[list[Source], list[str]]:
    """Read what can be read, and collect a sentence on each file that cannot."""

    def attempt(file: str) -> Source | str:
        try:
            return read(file, many, show, form)
        except InputError as error:
            return str(error)
        except OSError as error:
            return f"{file} cannot be read: {error.strerror or error}"

    n_threads = min(resources.threads(), len(files))
    with ThreadPoolExecutor(max(n_threads, 1)) as pool:
        tried = pool.map(attempt, files)
        found = list(progress.bar(tried, total=len(files), description="pictures"))
    sources = [each for each in found if isinstance(each, Source)]
    return sources, [each for each in found if isinstance(each, str)]
