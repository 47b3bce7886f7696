"""Round results of floating point so that every machine writes the same decimals."""

import warnings

# For scores that are differences of entropies, off by some 2e-15: enough for scores above 0.001.
CANCELLED = 1e-11


def to_decimals(value: float, decimals: int = 6, error: float = 1e-12) -> float:
    """Round a computed number to decimals, and warn where machines could disagree.

    Parameters
    ----------
    value : float
        A score or criterion; whole numbers are returned as they are.
    decimals : int
    error : float
        Bound on the relative difference between machines. There is none (0) in a quotient of whole
        numbers, nor in square roots and sums in one order, for IEEE 754 rounds each step in one
        way. `exp` and `log` differ by about 2**-52, and sums of such terms by no more; the
        default allows for thousands of that.

    Returns
    -------
    float

    Warns
    -----
    RuntimeWarning
        If the value lies within the error of a boundary between two roundings.
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
