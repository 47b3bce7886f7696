"""Rounding of floating-point results, so that every machine writes the same decimals."""

import warnings

# Relative error of scores that are differences of entropies: their absolute error is about 2e-15,
# so this holds for scores above 0.001.
CANCELLED = 1e-11


def to_decimals(value: float, decimals: int = 6, error: float = 1e-12) -> float:
    """Round a number to decimals, and warn if another machine could round it differently.

    Parameters
    ----------
    value : float
        A score or criterion; integers are returned unchanged.
    error : float
        Bound on the relative difference between machines. It is 0 for a quotient of integers and
        for square roots and sums in a fixed order, because IEEE 754 defines the rounding of each
        step. `exp` and `log` differ by about 2**-52, and sums of such terms by no more; the
        default allows for thousands of times that.

    Warns
    -----
    RuntimeWarning
        If the value lies within the error of a rounding boundary.

    Examples
    --------
    >>> to_decimals(2 / 3, decimals=4, error=0)
    0.6667
    """
    if isinstance(value, int):
        return value
    rounded = round(value, decimals) + 0.0  # Minus zero becomes zero.
    half = 0.5 * 10.0**-decimals
    if abs(abs(value - rounded) - half) < error * max(abs(value), half):
        warnings.warn(
            f"{value!r} lies on a rounding boundary: another machine may write another last digit",
            RuntimeWarning,
            stacklevel=2,
        )
    return rounded
