"""The grid of maps, and variances without rounding."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_clustering.exact import grid
from tests.support.real import PIXELS


def test_steps_are_a_1024th_and_half_steps_go_to_the_even_one():
    positions = np.array([[1.0, -0.5], [1.5 / 1024, 2.5 / 1024]], dtype=np.float32)
    snapped = grid.snap(positions)
    assert snapped.tolist() == [[1024, -512], [2, 2]]
    assert snapped.dtype == np.int64


@settings(max_examples=50)
@given(st.floats(-4000, 4000, width=32))
def test_snapping_moves_by_half_a_step_at_most(value):
    position = np.array([[value]], dtype=np.float32)
    assert abs(grid.snap(position)[0, 0] / grid.STEPS - float(position[0, 0])) <= 0.5 / grid.STEPS


def test_whole_numbers_stay_and_variance_is_exact():
    assert grid.snap(PIXELS) is PIXELS
    column = PIXELS[:, 400]
    assert grid.variance(column) == pytest.approx(np.var(column.astype(float)), rel=1e-12)


@given(st.lists(st.integers(-(2**22), 2**22), min_size=1, max_size=40))
def test_variance_is_the_nearest_float_to_the_exact_one(values):
    mean = Fraction(sum(values), len(values))
    exact = sum((value - mean) ** 2 for value in values) / len(values)
    assert grid.variance(np.array(values)) == float(exact)


def test_variance_of_bytes_does_not_wrap_around():
    column = np.array([255, 255, 0, 0], dtype=np.uint8)
    assert grid.variance(column) == pytest.approx(127.5**2)
