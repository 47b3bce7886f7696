"""What every input is: images in a fixed order, of which any range can be read.

Nothing is held that grows with their number, for blocks are read by workers that know only paths.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SHAPE = (28, 28)
# Images in MNIST's form; or picture files, and for each that cannot be read the reason.
Content = NDArray[np.uint8] | list[bytes | str]


class Source(Protocol):
    """Images in a fixed order, of which any range can be read."""

    def __len__(self) -> int: ...

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file of each image, and its number in that file."""
        ...

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range, some images at a time; raise InputError or OSError if that fails."""
        ...


def digest(contents: Iterable[Content]) -> str:
    """Digest images, whatever files they come from and however many come at a time.

    Parameters
    ----------
    contents : iterable of ndarray of uint8, shape (n, 28, 28), or of list of bytes or str

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    for content in contents:
        if isinstance(content, np.ndarray):
            found.update(np.ascontiguousarray(content).data)
            continue
        for item in content:
            # The length stands before each, so that no other cut gives the same digest.
            found.update(b"%d:%b" % (len(item), item) if isinstance(item, bytes) else b"-")
    return found.hexdigest()
