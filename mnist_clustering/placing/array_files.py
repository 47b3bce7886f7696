"""Arrays of images in MNIST's form: IDX and NPY files, read where they are needed."""

import io
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mnist_clustering.errors import InputError
from mnist_clustering.placing.source import SHAPE, Content


class Array:
    """Images of an IDX or NPY file, of which only what is asked for is read.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            shape, self.offset = _read_header(file, path)
        self.n = shape[0]
        expected = self.offset + math.prod(shape)
        if path.stat().st_size != expected:
            raise InputError(
                f"{path} has {path.stat().st_size} bytes, but its header announces {shape}, which "
                f"takes {expected}"
            )

    def __len__(self) -> int:
        return self.n

    def names(self, start: int, stop: int) -> list[tuple[str, int]]:
        """Return the file and the number of each image."""
        return [(str(self.path), number) for number in range(start, stop)]

    def read(self, start: int, stop: int) -> Iterator[Content]:
        """Read a range. A memory map would count as memory of the worker's, page by page."""
        size = math.prod(SHAPE)
        with self.path.open("rb") as file:
            file.seek(self.offset + start * size)
            images = np.fromfile(file, np.uint8, (stop - start) * size)
        if len(images) != (stop - start) * size:
            raise InputError(f"{self.path} ends within image {start + len(images) // size}")
        yield images.reshape(-1, *SHAPE)


def _read_header(file: io.BufferedReader, path: Path) -> tuple[tuple[int, ...], int]:
    """Return the shape of an array of images, and where its numbers begin."""
    if file.read(3) == b"\x00\x00\x08":
        n_dimensions = file.read(1)[0]
        sizes = np.frombuffer(file.read(4 * n_dimensions), ">u4").tolist()
        return _check_shape(np.dtype(np.uint8), tuple(sizes), path), file.tell()
    file.seek(0)
    try:
        version = np.lib.format.read_magic(file)
        reader = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, by_columns, dtype = reader(file)
    except (ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path} is damaged: {error}") from None
    if by_columns:
        raise InputError(f"{path} is in Fortran's order: save np.ascontiguousarray of it")
    return _check_shape(dtype, shape, path), file.tell()


def _check_shape(dtype: np.dtype, shape: tuple[int, ...], path: Path) -> tuple[int, ...]:
    allowed = (SHAPE, (math.prod(SHAPE),), (*SHAPE, 1))
    if dtype != np.uint8 or shape[1:] not in allowed:
        raise InputError(
            f"{path} holds {dtype} of shape {shape}, but images are uint8 of shape (n, 28, 28) "
            "or (n, 784)"
        )
    return shape
