"""Novelty: which images are unlike everything that the map was made of. No label is used."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError

BLANK = "nothing is drawn"
FAR = "far from every training image"
GREY = "grey, where strokes are black on white"


@dataclass(frozen=True)
class Limits:
    """What hardly any training image goes beyond.

    Attributes
    ----------
    distance : int
        Squared distance to the nearest training image, at the most.
    fullness : float
        Share of full ink, at the least.
    """

    distance: int
    fullness: float


def fullness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Measure how much of the ink is full ink: its mean intensity, weighted by itself.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)

    Returns
    -------
    ndarray of float64, shape (n,)
        From 0 (blank) to 1 (black and white only). Gradient features cannot tell: they are scaled
        to one length, so that a faint texture may look like a drawing.
    """
    # One pass over small integers: the squares of bytes fit 32 bits, and so do their sums.
    flat = images.reshape(len(images), -1).astype(np.uint32)
    total = flat.sum(axis=1, dtype=np.int64)
    squares = np.einsum("ij,ij->i", flat, flat)
    return squares / (255.0 * np.maximum(total, 1))


def fit(distances: NDArray[np.integer], images: NDArray[np.uint8], quantile: float) -> Limits:
    """Set each limit so that this share of the training images keeps within it.

    Parameters
    ----------
    distances : ndarray of integers, shape (n,)
        Squared distance of each training image to the nearest other one.
    images : ndarray of uint8, shape (n, height, width)
    quantile : float
        Between 0.5 and 1.

    Returns
    -------
    Limits

    Raises
    ------
    InputError
    """
    if not 0.5 <= quantile <= 1:
        raise InputError(f"the share of training images is {quantile}: give one from 0.5 to 1")
    # Values of the data themselves, not between them: no arithmetic that could round.
    return Limits(
        distance=int(np.quantile(distances, quantile, method="higher")),
        fullness=float(np.quantile(fullness(images), 1 - quantile, method="lower")),
    )


def judge(
    distances: NDArray[np.integer], images: NDArray[np.uint8], limits: Limits
) -> list[str | None]:
    """Say of each image why it is not a digit, or None where it may be one.

    Parameters
    ----------
    distances : ndarray of integers, shape (n,)
        Squared distance to the nearest training image.
    images : ndarray of uint8, shape (n, height, width)
    limits : Limits
    """
    full = fullness(images)
    verdict = np.select(
        [full == 0, distances > limits.distance, full < limits.fullness], [1, 2, 3], 0
    )
    reasons = (None, BLANK, FAR, GREY)
    return [reasons[number] for number in verdict.tolist()]
