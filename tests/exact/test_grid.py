"""The grid of maps, and variances without rounding."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mnist_clustering.exact import grid


def test_steps_are_a_1024th_and_half_steps_go_to_the_even_one():
    positions = np.array([[1.0, -0.5], [1.5 / 1024, 2.5 / 1024]], dtype=np.float32)
    snapped = grid.snap(positions)
    assert snapped.tolist() == [[1024, -512], [2, 2]]
    assert snapped.dtype == np.int64


@given(st.lists(st.integers(-(2**22), 2**22), min_size=1, max_size=40))
def test_variance_is_the_nearest_float_to_the_exact_one(values):
    mean = Fraction(sum(values), len(values))
    exact = sum((value - mean) ** 2 for value in values) / len(values)
    assert grid.variance(np.array(values)) == float(exact)
