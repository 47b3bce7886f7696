"""Principal component analysis whose scores have the same bits on every machine.

The data are integers, so their scatter matrix is exact. Only its eigenvectors differ between
machines, in their last digits; they are rounded to integers, after which every product is exact.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

_EXACT = 2**63
_CHUNK = 8192
# Scores are integers; this many make one standard deviation of the data.
SCORE_UNIT = 1024
# Minimum length of a principal axis when its loadings are rounded: coarse enough that the solver's
# error hardly ever crosses a rounding boundary, fine enough to lose nothing.
_LOADING_SCALE = 512
# Backward error of LAPACK's symmetric eigensolver, as a share of the largest eigenvalue.
_SOLVER_ERROR = 10 * float(np.finfo(np.float64).eps)
# A scale this close to a power of two could be rounded to either side of it.
_NEXT_POWER = 1e-10


@dataclass(frozen=True)
class Basis:
    """A rounded orthogonal basis."""

    mean: NDArray[np.int64]  # (d,), mean of each feature, rounded; distances do not depend on it
    # (d, n_components), principal axes, whitened partially if asked for, times a common scale,
    # rounded.
    loadings: NDArray[np.int64]
    divisor: int  # power of two. Scores are products with the loadings divided by it, rounded.
    # Number of loadings so close to a rounding boundary that another machine may round them
    # differently.
    doubtful: int


def fit(
    points: NDArray[np.uint8], n_components: int, weight: float = 1.0, *, whiten: bool = False
) -> Basis:
    """Compute the principal axes of integer data.

    Parameters
    ----------
    points : ndarray of uint8, shape (n, d)
    n_components : int
        At most ``min(n - 1, d)``.
    weight : float
        Standard deviation of all scores together, in units of `SCORE_UNIT`.
    whiten : bool
        Whether to whiten partially: to divide each axis by the eighth root of its variance
        (relative to the first).

    Raises
    ------
    InputError
        If more components are asked for than the data have, or if there are too many points for
        exact sums.

    Warns
    -----
    RuntimeWarning
        If a loading lies on a rounding boundary (`Basis.doubtful`).

    Notes
    -----
    The computed eigenvector i of a symmetric matrix C lies within ``p eps |C| / gap_i`` of the
    true one, where gap_i is the distance from its eigenvalue to the nearest other one (LAPACK
    Users' Guide, "Error bounds for the symmetric eigenproblem"; p is a modest constant, taken as
    10). The error of the eigenvalues, ``p eps |C|``, changes a loading by less than that bound
    again, because no gap exceeds its eigenvalue and no entry of a vector exceeds 1. Loadings
    closer than twice the bound to a rounding boundary are counted in `Basis.doubtful`.
    """
    n, d = points.shape
    if n_components > min(n - 1, d):
        raise InputError(
            f"{n_components} principal components were asked of {n} images with {d} features: "
            f"ask for at most {min(n - 1, d)}"
        )
    if n * n * 255**2 >= _EXACT:
        raise InputError(f"{n} images are too many for exact sums: use at most 11,900,000")
    mean, covariance = _moments(points)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1], vectors[:, ::-1][:, :n_components]
    stretch = _stretch(values[:n_components]) if whiten else np.ones(n_components)
    spread = float(np.sqrt((stretch * stretch * values[:n_components]).cumsum()[-1])) or 1.0
    unit = weight * SCORE_UNIT / spread
    fraction, exponent = np.frexp(_LOADING_SCALE / unit)
    divisor = 2 ** max(0, int(exponent))
    scaled = vectors * (stretch * unit * divisor)
    # Another power of two would change the scale of every loading.
    power_in_doubt = min(fraction - 0.5, 1 - fraction) < _NEXT_POWER
    doubtful = scaled.size if power_in_doubt else _count_doubtful(scaled, values)
    if doubtful:
        warnings.warn(
            f"{doubtful} loadings lie on a rounding boundary: another machine may round them "
            "differently",
            RuntimeWarning,
            stacklevel=2,
        )
    return Basis(
        mean=np.rint(mean).astype(np.int64),
        loadings=_fix_signs(np.rint(scaled).astype(np.int64)),
        divisor=divisor,
        doubtful=doubtful,
    )


def transform(basis: Basis, points: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Project points onto the rounded axes.

    Parameters
    ----------
    points : ndarray of uint8, shape (n, d)

    Returns
    -------
    ndarray of int16, shape (n, n_components)
        Scores in units of `SCORE_UNIT`, rounded; each row depends only on its own point.
    """
    loadings = basis.loadings.astype(np.float64)
    scores = np.empty((len(points), loadings.shape[1]), dtype=np.int16)
    for start in range(0, len(points), _CHUNK):
        centred = points[start : start + _CHUNK].astype(np.float64) - basis.mean
        scores[start : start + _CHUNK] = np.rint((centred @ loadings) / basis.divisor)
    return scores


def _stretch(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factors of partial whitening: relative variance to the power of -1/8."""
    share = np.maximum(values / (values[0] or 1.0), np.finfo(np.float64).eps)
    # IEEE 754 defines a square root to the last bit, but not a general power.
    return 1.0 / np.sqrt(np.sqrt(np.sqrt(share)))


def _moments(points: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute mean and covariance from exact sums, which are made chunk by chunk."""
    n, d = points.shape
    total, scatter = np.zeros(d), np.zeros((d, d))
    for start in range(0, n, _CHUNK):
        part = points[start : start + _CHUNK].astype(np.float64)
        total += part.sum(axis=0)
        scatter += part.T @ part
    # Products of sums need 64 bits; they are rounded only where they are divided.
    whole = total.astype(np.int64)
    return total / n, (n * scatter.astype(np.int64) - np.outer(whole, whole)) / n**2


def _fix_signs(loadings: NDArray[np.int64]) -> NDArray[np.int64]:
    """Flip axes so that the largest loading of each (the first in a tie) is positive."""
    largest = np.abs(loadings).argmax(axis=0)
    signs = np.sign(loadings[largest, np.arange(loadings.shape[1])])
    fixed: NDArray[np.int64] = loadings * np.where(signs == 0, 1, signs)
    return fixed


def _count_doubtful(scaled: NDArray[np.float64], values: NDArray[np.float64]) -> int:
    """Count the loadings that lie within the error bound of a rounding boundary."""
    n_components = scaled.shape[1]
    steps = np.abs(np.diff(values, prepend=np.inf, append=-np.inf))
    gaps = np.minimum(steps[:-1], steps[1:])[:n_components]
    tiny = np.finfo(np.float64).tiny
    lengths = np.sqrt((scaled * scaled).sum(axis=0))
    bounds = 2 * lengths * _SOLVER_ERROR * values[0] / np.maximum(gaps, tiny)
    to_boundary = np.abs(np.abs(scaled - np.rint(scaled)) - 0.5)
    return int((to_boundary <= bounds).sum())
