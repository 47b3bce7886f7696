"""Files of vectors for a model that was fitted to vectors."""

import sys
from collections.abc import Sequence
from pathlib import Path

from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays
from mnist_clustering.model.fitted import Model, to_tiles
from mnist_clustering.model.queries import STDIN, Source


def read(path: str, fitted: Model) -> Source:
    """Read the vectors of one file, and round them as those that the model was fitted to.

    Parameters
    ----------
    path : str
        An array of shape (n, d); ``-`` is standard input, for NPY.
    fitted : Model

    Raises
    ------
    InputError
        If the file holds no such vectors.
    """
    data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    try:
        found = arrays.read(f"{path}.npy" if path == STDIN else path, data)["train"].values
    except InputError as error:
        raise InputError(
            f"{error}, and the model of {fitted.dataset} places vectors: describe pictures by the "
            "network that described those, and give what it says as NPY"
        ) from None
    try:
        tiles = to_tiles(fitted, found)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return Source(path, tiles, [None] * len(tiles), [None] * len(tiles))


def read_all(paths: Sequence[str], fitted: Model) -> tuple[list[Source], list[str]]:
    """Read what can be read, and collect a sentence on each file that cannot."""
    sources, complaints = [], []
    for path in paths:
        try:
            sources.append(read(path, fitted))
        except InputError as error:
            complaints.append(str(error))
        except OSError as error:
            complaints.append(f"{path} cannot be read: {error.strerror or error}")
    return sources, complaints
