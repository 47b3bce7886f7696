"""Decimals that every machine writes alike, or a warning."""

import warnings
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_clustering.exact.rounding import to_decimals
from tests.support.situations import seen


def told(value, decimals, error):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return to_decimals(value, decimals, error), bool(caught)


@given(st.floats(-1000, 1000), st.integers(0, 6), st.sampled_from([1e-12, 1e-9, 1e-6]))
def test_without_a_warning_a_computation_within_the_error_rounds_alike(value, decimals, error):
    rounded, warned = told(value, decimals, error)
    assert abs(Decimal(value) - Decimal(rounded)) <= Decimal("0.5000001") * Decimal(10) ** -decimals
    if not warned:
        # A little less than the error, since the comparison itself rounds.
        for other in (value * (1 - 0.9 * error), value * (1 + 0.9 * error)):
            assert round(other, decimals) == rounded


@given(st.integers(-(10**6), 10**6), st.integers(0, 6))
def test_a_boundary_is_always_told(number, decimals):
    boundary = (number + 0.5) / 10**decimals
    for value in (boundary, boundary * (1 - 4e-13), boundary * (1 + 4e-13)):
        assert told(value, decimals, 1e-12)[1]


def test_long_whole_numbers_stay_and_the_warning_says_why():
    assert told(12345678901234, 6, 1e-12) == (12345678901234, False)
    with pytest.warns(RuntimeWarning, match=seen("boundary")):
        to_decimals(0.1234565)


def test_minus_zero_is_written_as_zero():
    assert str(to_decimals(-1e-17)) == "0.0"
