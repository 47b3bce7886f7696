"""The kernel's own source, run by Python: compiled code checks no bounds, and Python does."""

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from mnist_clustering.distortion import kernel, ranking
from tests.support.real import IMAGES

LANES = kernel.LANES


def column(rows, row, step):
    return sum((rows[row + i * step] for i in range(1, 3)), start=rows[row])


def store(rows, row, vector):
    assert vector.dtype == rows.dtype == np.int16
    rows[row] = vector


def transpose(points, rows, pixel, packed):
    lines = [points.ravel()[row + pixel : row + pixel + LANES] for row in rows.tolist()]
    packed[pixel : pixel + LANES] = np.stack(lines, axis=1)


# What each vector instruction does, by NumPy.
VECTORS = {
    "_load": lambda rows, row: rows[row].copy(),
    "_store": store,
    "_splat": lambda number: np.full(LANES, number, dtype=np.int16),
    "_add": np.add,
    "_multiply": np.multiply,
    "_left": np.left_shift,
    "_right": np.right_shift,
    "_lower": np.minimum,
    "_column": column,
    "_transpose": transpose,
}


@pytest.fixture
def interpreted(monkeypatch):
    """Take what is compiled for the Python that it was compiled from."""
    compiled = {name: own for name, own in vars(kernel).items() if isinstance(own, Dispatcher)}
    sources = {name: own.py_func for name, own in compiled.items()}
    for name, function in (sources | VECTORS).items():
        monkeypatch.setattr(kernel, name, function)
    return sources


@pytest.mark.parametrize("size", [(8, 8), (7, 11)])
def test_the_source_of_the_kernel_measures_by_the_definition(interpreted, size):
    assert "measure" in interpreted
    high, wide = size
    gradients = ranking.gradient_images(IMAGES[:40, 4 : 4 + high, 4 : 4 + wide])
    # One query is blank, so that none of its pixels has a gradient near.
    gradients[1] = 0
    queries, points = padded(gradients[:3]), gradients.reshape(len(gradients), -1).view(np.int8)
    starts = np.array([0, 40, 73, 74], dtype=np.int64)
    chosen = np.concatenate([np.arange(40), np.arange(33), [7]]).astype(np.int32)
    out = np.full(len(chosen), -1, dtype=np.int32)
    work = kernel.workspace(*gradients.shape[1:])
    kernel.measure(queries, points, starts, chosen, 0, 3, out, work)
    for i in range(3):
        own = slice(starts[i], starts[i + 1])
        expected = ranking.measure_one(gradients[i], gradients[chosen[own]])
        assert out[own].tolist() == expected.tolist()


def padded(coded):
    return np.pad(ranking.decode(coded), ((0, 0), (0, 0), (3, 3), (3, 3)))
