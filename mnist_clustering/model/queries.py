"""New images, from whatever holds them, brought into the form of a model's own."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import progress, resources
from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays, resizing
from mnist_clustering.images.collection import (
    Collection,
    Content,
    Files,
    open_bytes,
    open_path,
    open_vectors,
)
from mnist_clustering.images.decode import decode
from mnist_clustering.images.form import FIELD, HANDWRITING
from mnist_clustering.images.frame import picture_to_form, strokes_of, to_form
from mnist_clustering.model.fitted import Model, to_tiles

STDIN = "-"
OF_VECTORS = (
    "places vectors: describe pictures by the network that described those it was fitted to, and "
    "give what that says as NPY"
)
# In pixels, of the copy of a picture that is kept to be shown.
_SHOWN = 200
# Left, top, right and bottom, in pixels.
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Source:
    """Images of one file, in form."""

    file: str
    images: NDArray[np.uint8]  # (n, 28, 28)
    flaws: list[str | None]  # why a picture shows no drawing; None for all else
    # Left, top, right and bottom of each drawing in its picture, in pixels; None for images that
    # were in form and where a picture is taken as a whole.
    boxes: Sequence[Box | None]
    first: int = 0  # number of the first image within the file
    note: str | None = None  # what was done to the values of an array
    shown: NDArray[np.uint8] | None = None  # a small copy of the picture, if one was asked for

    @property
    def drawn(self) -> bool:
        """Whether drawings were found in a picture."""
        return any(box is not None for box in self.boxes)


def read(
    path: Path | str, many: bool = False, show: bool = False, form: str = HANDWRITING
) -> Source:
    """Read one picture or array: see `read_all`.

    Raises
    ------
    InputError
        If the content is of no kind that can be read, or damaged.
    """
    sources, complaints = read_all([str(path)], many, show, form)
    if complaints:
        raise InputError(complaints[0])
    return sources[0]


def read_all(
    paths: Sequence[str],
    many: bool = False,
    show: bool = False,
    form: str = HANDWRITING,
    paper: int | None = None,
) -> tuple[list[Source], list[str]]:
    """Read what can be read, and collect a sentence on each file that cannot.

    Parameters
    ----------
    paths : sequence of str
        Whatever `collection.open_path` takes, or ``-``, which is standard input.
    many : bool
        Whether each drawing of a picture is an image of its own.
    show : bool
        Whether to keep a small copy of a picture.
    form : {"handwriting", "frame", "scene"}
        MNIST's, or that of pictures of anything.
    paper : int, optional
        Of the images fitted (`Model.paper`), for arrays of drawings.

    Returns
    -------
    sources : list of Source
        One for each picture, and for each array.
    complaints : list of str
    """
    sources: list[Source] = []
    complaints: list[str] = []
    with (
        ThreadPoolExecutor(max(resources.threads(), 1)) as pool,
        progress.bar(description="images") as bar,
    ):
        for path, opened in _opened(paths):
            try:
                if isinstance(opened, str) or not len(opened):
                    raise InputError(opened if isinstance(opened, str) else "holds no images")
                start = 0
                for content in opened.read(0, len(opened)):
                    names = opened.names(start, start + len(content))
                    start += len(content)
                    made = in_form(content, names, form, paper, many, show, opened.note, pool.map)
                    sources += [each for each in made if isinstance(each, Source)]
                    complaints += [each for each in made if isinstance(each, str)]
                    bar.update(len(content))
            except (InputError, OSError) as error:
                complaints.append(f"{path} {error}")
    return sources, complaints


def read_vectors(paths: Sequence[str], fitted: Model) -> tuple[list[Source], list[str]]:
    """Read arrays of vectors for a model that was fitted to vectors: see `read_all`."""
    sources: list[Source] = []
    complaints: list[str] = []
    for path in paths:
        try:
            tiles = [to_tiles(fitted, vectors) for vectors in _vectors(path, fitted)]
        except InputError as error:
            complaints.append(f"{path} {error}")
        except OSError as error:
            complaints.append(f"{path} cannot be read: {error.strerror or error}")
        else:
            images = np.concatenate(tiles)
            sources.append(Source(path, images, [None] * len(images), [None] * len(images)))
    return sources, complaints


def _vectors(path: str, fitted: Model) -> Iterator[NDArray[Any]]:
    try:
        if path == STDIN:
            yield arrays.read("-.npy", sys.stdin.buffer.read())["train"].values
            return
        opened = open_vectors(path)
        for content in opened.read(0, len(opened)):
            if isinstance(content, list):
                raise InputError("holds pictures")
            yield content
        if not len(opened):
            raise InputError("holds no vectors")
    except InputError as error:
        raise InputError(f"{error}, and the model of {fitted.dataset} {OF_VECTORS}") from None


def _opened(paths: Sequence[str]) -> Iterator[tuple[str, Collection | str]]:
    """Open one path after the other, pictures that follow each other as one; or say why not."""
    run: Files | None = None
    for path in paths:
        found = _open(path)
        if isinstance(found, Files) and found.paths == [path] != [STDIN]:
            run = run or Files(Path(), [])
            run.paths.append(path)
            continue
        if run is not None:
            yield path, run
            run = None
        yield path, found
    if run is not None:
        yield paths[-1], run


def _open(path: str) -> Collection | str:
    try:
        if path != STDIN:
            return open_path(path)
        # Closed, there is none.
        data = b"" if sys.stdin is None else sys.stdin.buffer.read()
        return open_bytes(path, data)
    except InputError as error:
        return str(error).removeprefix(f"{path} ")
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def in_form(
    content: Content,
    names: Sequence[tuple[str, int]],
    form: str,
    paper: int | None = None,
    many: bool = False,
    show: bool = False,
    note: str | None = None,
    run: Callable[..., Iterable[Source | str]] = map,
) -> list[Source | str]:
    """Bring images that were read into form.

    Parameters
    ----------
    content : ndarray or list
        As from `Collection.read`.
    names : sequence of (str, int)
        File of each image, and its number in it.
    form, paper, many, show
        As `read_all` takes them.
    note : str, optional
        What was done to the values of an array.
    run : callable
        Calls a function with each of several items, as `map` does.

    Returns
    -------
    list of Source or str
        One for an array, or one for each picture: a sentence where that cannot be used.
    """
    if not isinstance(content, list):
        return [from_array(content, *names[0], form, paper, note)]

    def attempt(data: bytes | str, name: tuple[str, int]) -> Source | str:
        try:
            if isinstance(data, str):
                raise InputError(data)
            return from_picture(data, *name, many, show, form)
        except InputError as error:
            file, number = name
            return f"{file}{f' (row {number})' if number else ''} {error}".lstrip()

    return list(run(attempt, content, names))


def from_picture(
    data: bytes,
    file: str = "",
    number: int = 0,
    many: bool = False,
    show: bool = False,
    form: str = HANDWRITING,
) -> Source:
    """Decode a picture file that is there already, and bring it into form."""
    picture = decode(data)
    shown = picture.thumbnail(_SHOWN) if show else None
    if form != HANDWRITING:
        image = picture_to_form(picture, form)
        return Source(file, image[None], [None], [None], number, shown=shown)
    return Source(file, *_drawings([strokes_of(picture)], many, picture.scale), number, shown=shown)


def from_array(
    images: NDArray[np.uint8],
    file: str = "",
    number: int = 0,
    form: str = HANDWRITING,
    paper: int | None = None,
    note: str | None = None,
) -> Source:
    """Bring images, shape (n, height, width), into form as those fitted; those of 28 x 28 are."""
    if form == HANDWRITING and images.shape[1:] != (FIELD, FIELD):
        widened = [resizing.with_margin(image, paper) for image in images]
        formed, flaws, boxes = _drawings(widened)
        within = list(map(_inside, boxes, images, widened))
        return Source(file, formed, flaws, within, number, note)
    if images.shape[1:] != (FIELD, FIELD):
        images = np.stack([to_form(image, form) for image in images])
    return Source(file, images, [None] * len(images), [None] * len(images), number, note)


def _drawings(
    greys: Iterable[NDArray[np.uint8]], many: bool = False, scale: float = 1
) -> tuple[NDArray[np.uint8], list[str | None], list[Box]]:
    """Find the one drawing of each picture, or many; return images in form, flaws and boxes."""
    # Imported where it is needed: SciPy takes a worker longer than all else to load.
    from mnist_clustering.images import handwriting

    drawings = [
        drawing
        for grey in greys
        for drawing in (handwriting.find(grey) if many else [handwriting.normalise(grey)])
    ]
    images = np.stack([drawing.image for drawing in drawings])
    return images, [drawing.flaw for drawing in drawings], [_box(d.bounds, scale) for d in drawings]


def _inside(box: Box, image: NDArray[np.uint8], widened: NDArray[np.uint8]) -> Box:
    """Take the margin off a box, of which some may lie in it."""
    (height, width), margin = image.shape, (len(widened) - len(image)) // 2
    left, top, right, bottom = (edge - margin for edge in box)
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _box(bounds: tuple[int, int, int, int], scale: float) -> Box:
    top, bottom, left, right = (round(bound * scale) for bound in bounds)
    return left, top, right, bottom
