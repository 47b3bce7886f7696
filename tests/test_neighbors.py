"""Neighbours: what does not change when points are reordered, and extreme integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.methods import digits
from stages.methods.neighbors import nearest

PIXELS = digits.load()["train_images"].reshape(-1, 784)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 12))
def test_the_order_of_points_does_not_change_distances(seed, d, k):
    rng = np.random.default_rng(seed)
    points = rng.integers(-4, 5, (50, d)).astype(np.int16)
    order = rng.permutation(50)
    indices, distances = nearest(points, k=k)
    moved_indices, moved_distances = nearest(points[order], k=k)
    assert np.array_equal(moved_distances, distances[order])
    ahead = distances[:, -1:] > distances
    for row, before in enumerate(order):
        # Neighbours nearer than the last one are the same points; the last ones may be tied.
        mine = set(indices[before][ahead[before]].tolist())
        assert mine == set(order[moved_indices[row][ahead[before]]].tolist())


@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_extreme_values_do_not_wrap_around(dtype):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    points = np.array([[low] * 40, [high] * 40] * 6 + [[low] * 39 + [high]], dtype=dtype)
    # Five points tie with the point itself and six more with one another, beyond the spare ones.
    indices, distances = nearest(points, k=7)
    step = high - low
    assert indices[0].tolist() == [2, 4, 6, 8, 10, 12, 1]
    assert distances[0].tolist() == [0, 0, 0, 0, 0, step**2, 40 * step**2]
    assert indices[12].tolist() == [0, 2, 4, 6, 8, 10, 1]
    assert distances[12].tolist() == [step**2] * 6 + [39 * step**2]


def test_duplicates_of_real_images_come_first_and_by_index():
    points = np.concatenate([PIXELS[:40], PIXELS[:40], PIXELS[:40]])
    indices, distances = nearest(points, k=3)
    assert indices[:, :2].tolist() == [
        sorted({i % 40, i % 40 + 40, i % 40 + 80} - {i}) for i in range(120)
    ]
    assert not distances[:, :2].any()
    assert distances[:, 2].all()
