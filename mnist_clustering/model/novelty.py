"""Novelty: which images are unlike everything that the map was made of. No label is used."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

BLANK = "nothing is drawn"
STRANGE = "unlike the training images"
GREY = "grey, where strokes are black on white"
TORN = "between clusters: most images like it are in others"
# Number of images whose bytes are widened at once. It bounds the memory.
_BLOCK = 2000


@dataclass(frozen=True)
class Limits:
    """What hardly any training image goes beyond."""

    score: float = np.inf  # `novelty_score`, at the most
    # The same for pictures brought into MNIST's form, whose strokes and places are more alike.
    pictures: float = np.inf
    fullness: float = 0  # share of full ink, at the least; nan where values are no ink


def fullness(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Measure how much of the ink is full ink: its mean intensity, weighted by itself.

    From 0 (blank) to 1 (black and white only). Gradient features cannot tell: they are scaled to
    one length, so that a faint texture may look like a drawing.
    """
    shares = np.empty(len(images))
    for start in range(0, len(images), _BLOCK):
        part = slice(start, start + _BLOCK)
        # The squares of bytes fit 32 bits, and so do their sums.
        flat = images[part].reshape(len(images[part]), -1).astype(np.uint32)
        squares = np.einsum("ij,ij->i", flat, flat)
        shares[part] = squares / (255.0 * np.maximum(flat.sum(axis=1, dtype=np.int64), 1))
    return shares


def novelty_score(
    distances: NDArray[np.integer],
    reaches: NDArray[np.integer],
    clusters: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Measure how unlike images are to the training images next to them.

    An image is new if training images are far, if they are far for this part of the feature
    space, where training images may lie densely, and if its neighbours belong to different
    clusters, as those of a letter between two digits do.

    Parameters
    ----------
    distances : ndarray of integers, shape (n,)
        Squared distance to a training image near it, such as the fifth.
    reaches : ndarray of integers, shape (n, k)
        The same squared distance of each of the k training images next to it.
    clusters : ndarray of integers, shape (n, m)
        Of the m neighbours that place it.

    Returns
    -------
    ndarray of float64, shape (n,)
        The squared distance, times its ratio to the mean reach, divided by the share of the most
        frequent cluster.

    Notes
    -----
    The ratio is that of the local outlier factor (Breunig, Kriegel, Ng and Sander, "LOF:
    identifying density-based local outliers", SIGMOD 2000), without its smoothing.

    Examples
    --------
    >>> novelty_score(np.array([10, 10]), np.array([[5, 5], [20, 20]]), np.array([[3, 3], [3, 4]]))
    array([20., 10.])
    """
    n_votes = clusters.shape[1]
    votes = (clusters[:, :, None] == clusters[:, None, :]).sum(axis=2).max(axis=1)
    far = distances.astype(np.float64)
    total = np.maximum(reaches.sum(axis=1, dtype=np.int64), 1)
    # One operation after another on numbers that are exact: the same bits everywhere.
    return far * far * (reaches.shape[1] * n_votes) / (total * votes)


def fit(
    scores: NDArray[np.float64],
    images: NDArray[np.uint8],
    strangeness_quantile: float,
    drawn_quantile: float,
    fullness_quantile: float,
) -> Limits:
    """Set each limit so that a share of the training images, 0.5 to 1, keeps within it.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        `novelty_score` of each training image, itself left out.
    images : ndarray of uint8, shape (n, height, width)
    strangeness_quantile, drawn_quantile, fullness_quantile : float
        The shares.

    Raises
    ------
    InputError
        If a share is out of range.
    """
    for quantile in (strangeness_quantile, drawn_quantile, fullness_quantile):
        if not 0.5 <= quantile <= 1:
            raise InputError(f"the share of training images is {quantile}: give one from 0.5 to 1")
    # Values of the data themselves, not between them: no arithmetic that could round.
    shares = (strangeness_quantile, drawn_quantile)
    score, pictures = np.quantile(scores, shares, method="higher").tolist()
    full = np.quantile(fullness(images), 1 - fullness_quantile, method="lower")
    return Limits(score, pictures, float(full))


def judge(
    scores: NDArray[np.float64],
    images: NDArray[np.uint8],
    limits: Limits,
    drawn: NDArray[np.bool_] | bool = False,
) -> list[str | None]:
    """Say of each image why it is not a digit, or None where it may be one.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        `novelty_score` of each image.
    images : ndarray of uint8, shape (n, height, width)
    drawn : ndarray of bool, shape (n,), or bool
        Which images were pictures brought into MNIST's form.
    """
    full = fullness(images)
    most = np.where(drawn, limits.pictures, limits.score)
    blank = (full == 0) & ~np.isnan(limits.fullness)
    verdict = np.select([blank, scores > most, full < limits.fullness], [1, 2, 3], 0)
    reasons = (None, BLANK, STRANGE, GREY)
    return [reasons[number] for number in verdict.tolist()]
