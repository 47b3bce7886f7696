"""Distances, sums and variances that are exact, up to the limits of the types; the grid of maps."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_clustering.errors import InputError
from mnist_clustering.exact import grid
from mnist_clustering.exact.plane import PlanePoints
from mnist_clustering.exact.points import ExactPoints
from tests.support.reference import squared_distances


def test_distances_beyond_float32_are_exact():
    rng = np.random.default_rng(0)
    points = rng.integers(150, 256, (200, 784)).astype(np.uint8)
    centres = rng.integers(150, 256, (6, 784))
    assert (points.astype(int) ** 2).sum(axis=1).min() > 2**24
    found = ExactPoints(points).distances(centres)
    assert np.array_equal(found, squared_distances(points, centres))


def test_sums_beyond_float32_are_exact():
    points = np.random.default_rng(0).integers(200, 256, (150_000, 3)).astype(np.uint8)
    labels = (np.arange(len(points)) % 10 == 0).astype(np.int32)
    members = (labels == np.arange(2)[:, None]).astype(np.int8)
    sums = ExactPoints(points).totals(members)
    assert sums.min() > 2**20
    assert sums.max() > 2**24
    for cluster in (0, 1):
        assert sums[cluster].tolist() == points[labels == cluster].sum(axis=0).tolist()


def test_the_largest_coordinates_are_exact_and_larger_ones_refused():
    # Twice the length, squared, is just below 2**53.
    edge = 47_453_132
    points = np.array([[edge], [-edge], [edge - 1]])
    assert np.array_equal(ExactPoints(points).distances(points), squared_distances(points, points))
    with pytest.raises(
        InputError, match=r"coordinates up to 47453133 are too large.* use a coarser grid"
    ):
        ExactPoints(np.array([[edge + 1], [-edge]]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.sampled_from([40, 47_453_132 // 2]))
def test_compiled_code_for_few_coordinates_gives_the_same(seed, d, edge):
    rng = np.random.default_rng(seed)
    values = rng.integers(-edge, edge, (700, d))  # With ties where the grid is coarse.
    plain, compiled = (kind(values, n_jobs=2) for kind in (ExactPoints, PlanePoints))
    centres = rng.integers(-edge, edge, (3, 9, d))
    found = [points.nearest_centres(centres) for points in (plain, compiled)]
    assert all(np.array_equal(*each) for each in zip(*found, strict=True))
    chosen = [points.best_of(centres, found[0][1]) for points in (plain, compiled)]
    assert all(np.array_equal(*each) for each in zip(*chosen, strict=True))


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
