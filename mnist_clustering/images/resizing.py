"""Images of one size, all brought into form."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.images.form import FIELD, FRAME, HANDWRITING
from mnist_clustering.images.frame import is_plain, settled, to_form

# Images by which handwriting is told from other pictures.
_ASKED = 40
# Images whose backgrounds are looked at.
_SEEN = 1000
# Grey levels apart from paper from which a border may be touched by ink, and from which it is ink.
_TOUCHED, _INK = 24, 128


class Formed(NamedTuple):
    """Images in form, shape (n, 28, 28), and a sentence on those with a flaw, "" without any."""

    images: NDArray[np.uint8]
    note: str


def all_to_form(images: Iterable[NDArray[np.uint8]], form: str, paper: int | None) -> Formed:
    """Bring images of shape (height, width) into form.

    Handwriting at the border gets a margin first, which data sets cut off: strokes at the edge of
    a photograph would belong to something else.

    Parameters
    ----------
    paper : int or None
        As `paper_of` finds it for the set; None for one of which it is not known.
    """
    if form != HANDWRITING:
        return Formed(np.stack([to_form(image, form) for image in images]), "")
    # Imported where it is needed: scipy's filters take a while.
    from mnist_clustering.images import handwriting

    drawings = [handwriting.normalise(with_margin(image, paper)) for image in images]
    flaws = Counter(drawing.flaw for drawing in drawings if drawing.flaw)
    return Formed(np.stack([drawing.image for drawing in drawings]), _about(flaws, len(drawings)))


def _about(flaws: Counter[str], n: int) -> str:
    if not flaws:
        return ""
    ((most, times),) = flaws.most_common(1)
    return (
        f"{flaws.total():,} of {n:,} images show no clear drawing, {times:,} of them: {most}; they "
        "are clustered all the same"
    )


def paper_of(images: NDArray[np.uint8]) -> int:
    """Find the paper of a set: the grey level in the middle of those at the borders of all."""
    edges = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return int(np.median(np.concatenate([edge.ravel() for edge in edges])))


def with_margin(image: NDArray[np.uint8], paper: int | None = None) -> NDArray[np.uint8]:
    """Surround an image whose strokes touch its border with paper, by half of its longer side.

    Paper is what most of its border is, unless that is ink: then it is the paper of the set.
    """
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    own = int(np.sort(border)[len(border) // 2])
    level = own if paper is None or abs(own - paper) < _INK else paper
    if (np.abs(border.astype(int) - level) < _TOUCHED).all():
        return image
    return np.pad(image, -(-max(image.shape) // 2), constant_values=level)


def settle(form: str, images: NDArray[np.uint8]) -> str:
    """Settle the form of a set by some of its images: see `frame.settled`."""
    return settled(form, (is_plain(image) for image in images[fixed_sample(len(images), _SEEN)]))


def guess_form(images: NDArray[np.uint8]) -> str:
    """Tell handwriting, of which seven in eight show one drawing on plain paper, from frames."""
    # Imported where it is needed: scipy's filters take a while.
    from mnist_clustering.images import handwriting

    asked = images[fixed_sample(len(images), _ASKED)]
    if images.shape[1:] != (FIELD, FIELD):
        paper = paper_of(images)
        asked = np.stack([with_margin(image, paper) for image in asked])
    clear = sum(handwriting.normalise(image).flaw is None for image in asked)
    return HANDWRITING if 8 * clear >= 7 * len(asked) else FRAME
