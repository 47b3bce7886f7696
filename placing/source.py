"""What every input is: images in a fixed order, of which any range can be read.

Nothing is held that grows with their number, for blocks are read by workers that know only paths.
"""

import bisect
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
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


class Joined:
    """Several sources one after the other.

    Parameters
    ----------
    sources : sequence of Source
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.ends = list(accumulate(map(len, sources)))

    def __len__(self) -> int:
        return self.ends[-1]

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file of each image, and its number in that file."""
        return [
            name
            for source, begin, end in self._parts(start, stop)
            for name in source.names(begin, end)
        ]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range, from one source after the other."""
        for source, begin, end in self._parts(start, stop):
            yield from source.read(begin, end)

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Source, int, int]]:
        number = bisect.bisect_right(self.ends, start)
        while start < stop:
            begin = self.ends[number - 1] if number else 0
            end = min(stop, self.ends[number])
            if end > start:
                yield self.sources[number], start - begin, end - begin
            start, number = end, number + 1
