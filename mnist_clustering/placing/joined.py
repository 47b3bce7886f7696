"""Several collections of images read as one, opened where they are needed."""

import bisect
import functools
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from mnist_clustering.errors import InputError
from mnist_clustering.files import load_json, save_json
from mnist_clustering.images.collection import Collection, Content, open_path, open_vectors
from mnist_clustering.model.queries import OF_VECTORS


def lengths(
    files: Sequence[str],
    kept: Path,
    tell: Callable[[str], object] = lambda note: None,
    vectors: bool = False,
) -> tuple[int, ...]:
    """Count the images of each input, which takes long for millions of pictures in archives.

    Counts are kept in a file for the next run; a sentence is told on each input whose values are
    converted.

    Raises
    ------
    InputError
        If an input cannot be recognised, or if there are no images at all.
    OSError
    """
    known = load_json(kept) if kept.is_file() else {}
    keys = [" ".join(map(str, (file, *_state(file), *["vectors"] * vectors))) for file in files]
    counts = {}
    for key, file in zip(keys, files, strict=True):
        # A folder says nothing about the files below it.
        fresh = key not in known or Path(file).is_dir()
        if not fresh:
            counts[key] = known[key]
            continue
        opened = _opened(file, *_state(file), vectors)
        counts[key] = len(opened)
        if opened.note:
            tell(f"{file}: {opened.note}")
    if not any(counts.values()):
        raise InputError(f"{', '.join(files)}: no {'vectors' if vectors else 'images'}")
    if counts != known:
        save_json(kept, counts)
    return tuple(counts[key] for key in keys)


def _state(file: str) -> tuple[int, int]:
    status = Path(file).stat()
    return status.st_size, status.st_mtime_ns


# A worker opens a file once while it stays as it is; a few stay open for blocks that follow.
@functools.lru_cache(maxsize=4)
def _opened(file: str, _size: int, _changed: int, vectors: bool) -> Collection:
    if not vectors:
        return open_path(file)
    try:
        return open_vectors(file)
    except InputError as error:
        raise InputError(f"{file} {error}, and the model {OF_VECTORS}") from None


class Joined:
    """Several inputs and their `lengths`, one after the other, opened when they are needed."""

    def __init__(self, files: Sequence[str], counts: Sequence[int], vectors: bool = False) -> None:
        self.files, self.vectors = files, vectors
        self.ends = list(accumulate(counts))

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
        """Read a range, from one input after the other."""
        for source, begin, end in self._parts(start, stop):
            yield from source.read(begin, end)

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Collection, int, int]]:
        number = bisect.bisect_right(self.ends, start)
        while start < stop:
            begin = self.ends[number - 1] if number else 0
            end = min(stop, self.ends[number])
            if end > start:
                file = self.files[number]
                source = _opened(file, *_state(file), self.vectors)
                if len(source) != self.ends[number] - begin:
                    raise InputError(f"{file} has changed since: type the same command again")
                yield source, start - begin, end - begin
            start, number = end, number + 1
