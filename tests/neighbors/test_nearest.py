"""Neighbours by exact search against brute force and scikit-learn, ties, extreme integers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from mnist_clustering.errors import InputError
from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.neighbors import tiles
from mnist_clustering.neighbors.nearest import nearest
from tests.support.real import PIXELS
from tests.support.reference import nearest_by_brute_force


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_search_is_exact_in_both_types(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, d = data.draw(st.integers(1, 200)), data.draw(st.integers(1, 5))
    # Short points are searched in float32, long ones in float64, or just the queries are long.
    reach = data.draw(st.sampled_from([2, 50, 30_000]))
    farther = data.draw(st.sampled_from([reach, 30_000]))
    points = rng.integers(-reach, reach, (n, d)).astype(np.int16)
    queries = rng.integers(-farther, farther, (data.draw(st.integers(1, 20)), d)).astype(np.int16)
    k = data.draw(st.integers(1, n))
    indices, distances = nearest(points, queries, k=k)
    order, exact = nearest_by_brute_force(points, queries, k, itself=False)
    assert np.array_equal(indices, order)
    assert np.array_equal(distances, exact)


@pytest.fixture
def small_tiles(monkeypatch):
    """What many points are searched by, at sizes at which brute force ends."""
    monkeypatch.setattr(neighbors, "_MANY", 30)
    monkeypatch.setattr(neighbors, "_SHARE", 3)
    monkeypatch.setattr(tiles, "_QUERIES", 8)
    monkeypatch.setattr(tiles, "_POINTS", 24)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_tiles_find_what_brute_force_finds(small_tiles, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, d = data.draw(st.integers(30, 120)), data.draw(st.integers(1, 4))
    # From duplicates and ties everywhere to sums that only float64 holds.
    reach = data.draw(st.sampled_from([1, 2, 9, 300, 30_000]))
    points = rng.integers(-reach, reach + 1, (n, d)).astype(np.int16)
    queries = None
    if data.draw(st.booleans()):
        farther = data.draw(st.sampled_from([reach, 30_000]))
        queries = rng.integers(-farther, farther, (data.draw(st.integers(1, 40)), d))
        queries = queries.astype(np.int16)
    k = data.draw(st.integers(1, n // 3))
    found = nearest(points, queries, k=k, n_jobs=data.draw(st.sampled_from([1, 2])))
    asked = points if queries is None else queries
    expected = nearest_by_brute_force(points, asked, k, itself=queries is None)
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def test_a_query_whose_square_float32_rounds_is_compared_with_all(small_tiles):
    # All products are exact in float32, and so is each distance, but not 4201 squared.
    points = np.arange(-300, 301, 7, dtype=np.int16)[:, None]
    queries = np.array([[4201], [4095]], dtype=np.int16)
    assert 4201**2 > 2**24 > (4201 - 300) ** 2
    found = nearest(points, queries, k=4)
    expected = nearest_by_brute_force(points, queries, 4, itself=False)
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def test_many_points_are_searched_within_limits(monkeypatch):
    # Parts of real images, which need float64 where they are scaled; and a crowd of duplicates.
    shifts = range(-(-2 * neighbors._MANY // len(PIXELS)))
    points = np.concatenate([np.roll(PIXELS, shift, axis=1)[:, 200:600:9] for shift in shifts])
    points = points.astype(np.int64) * 1000
    points[:900] = 0
    rows = np.r_[:5, 1000 : len(points) : 1301]
    whole = []
    lowest = neighbors._lowest
    monkeypatch.setattr(
        neighbors, "_lowest", lambda ranks, k: (whole.append(len(ranks)), lowest(ranks, k))[1]
    )
    indices, distances = nearest(points, k=40, n_jobs=2)
    expected = nearest_by_brute_force(points, points[rows], 41, itself=False)
    for row, near, squared in zip(rows, *expected, strict=True):
        others = near != row
        others[-1] &= not others.all()
        assert np.array_equal(indices[row], near[others])
        assert np.array_equal(distances[row], squared[others])
    # The crowd, and few others, had to be compared with all.
    assert 900 <= sum(whole) < 0.15 * len(points)


def test_neighbours_of_real_images_are_those_of_scikit_learn():
    expected, _ = NearestNeighbors(algorithm="brute").fit(PIXELS.astype(float)).kneighbors(None, 30)
    indices, distances = nearest(PIXELS, k=30, n_jobs=2)
    assert np.array_equal(np.rint(expected**2), distances)
    difference = PIXELS[:, None].astype(np.int64) - PIXELS[indices[:, :3]]
    assert np.array_equal(distances[:, :3], (difference**2).sum(axis=2))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_extreme_values_do_not_wrap_around(dtype):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    points = np.array([[low] * 40, [high] * 40] * 6 + [[low] * 39 + [high]], dtype=dtype)
    # Five points tie with the point itself and six more with one another.
    indices, distances = nearest(points, k=7)
    step = high - low
    assert indices[0].tolist() == [2, 4, 6, 8, 10, 12, 1]
    assert distances[0].tolist() == [0, 0, 0, 0, 0, step**2, 40 * step**2]
    assert indices[12].tolist() == [0, 2, 4, 6, 8, 10, 1]
    assert distances[12].tolist() == [step**2] * 6 + [39 * step**2]


@pytest.mark.parametrize("k", [0, 4])
def test_too_many_neighbours(k):
    points, queries = np.zeros((3, 2), dtype=np.int16), np.zeros((1, 2), dtype=np.int16)
    with pytest.raises(InputError, match=f"{k} neighbours were asked of 3 images"):
        nearest(points, queries, k=k)


def test_numbers_that_no_type_holds_exactly_are_refused():
    with pytest.raises(InputError, match="too long for exact distances: use a coarser grid"):
        nearest(np.array([[2**26], [0]]), k=1)
