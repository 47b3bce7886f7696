"""Images of one size, all brought into form."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.images.form import FIELD, FRAME, HANDWRITING
from mnist_clustering.images.frame import to_form

# Images by which handwriting is told from other pictures.
_ASKED = 40


def all_to_form(images: Iterable[NDArray[np.uint8]], form: str) -> NDArray[np.uint8]:
    """Bring images of shape (height, width) into form, shape (n, 28, 28).

    Handwriting gets a margin first, which data sets cut off: strokes at the edge of a photograph
    would belong to something else.
    """
    widen = with_margin if form == HANDWRITING else np.asarray
    return np.stack([to_form(widen(image), form) for image in images])


def with_margin(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Surround an image with what most of its border is, by half of its longer side."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    paper = int(np.sort(border)[len(border) // 2])
    return np.pad(image, -(-max(image.shape) // 2), constant_values=paper)


def guess_form(images: NDArray[np.uint8]) -> str:
    """Tell handwriting, of which seven in eight show one drawing on plain paper, from frames."""
    # Imported where it is needed: scipy's filters take a while.
    from mnist_clustering.images import handwriting

    asked = images[fixed_sample(len(images), _ASKED)]
    if images.shape[1:] != (FIELD, FIELD):
        asked = np.stack([with_margin(image) for image in asked])
    clear = sum(handwriting.normalise(image).flaw is None for image in asked)
    return HANDWRITING if 8 * clear >= 7 * len(asked) else FRAME
