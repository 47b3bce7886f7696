"""Suspect labels: those that neither the neighbours of an image nor its cluster speak for.

An image's own label never votes for itself, and labels that are suspected themselves do not vote.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

# The nearest labelled images vote, and the labels in the cluster count as so many votes more.
# Chosen on MNIST's train with flipped labels (dev/studies/audit.py); other sets were not looked at.
VOTERS, CLUSTER_VOTES = 10, 3
UNKNOWN = -1
_PASSES = 2
_STEPS = 100
Votes = Callable[[NDArray[np.int64]], NDArray[np.integer]]


class Suspects(NamedTuple):
    """Images whose label is suspect, the most certain first.

    Attributes
    ----------
    rows : ndarray of int64, shape (m,)
    given, suggested : ndarray of int64, shape (m,)
        Codes of classes.
    certainty : ndarray of float64, shape (m,)
        Probability that the label is wrong, if wrong labels befall clear images as often as others.
    support, own : ndarray of float64, shape (m,)
        Shares of the votes of neighbours for the suggested label and for the given one.
    """

    rows: NDArray[np.int64]
    given: NDArray[np.int64]
    suggested: NDArray[np.int64]
    certainty: NDArray[np.float64]
    support: NDArray[np.float64]
    own: NDArray[np.float64]


_ROWS, _SHARES = np.empty(0, dtype=np.int64), np.empty(0)
NOTHING = Suspects(_ROWS, _ROWS, _ROWS, _SHARES, _SHARES, _SHARES)


def find(
    given: NDArray[np.integer], clusters: NDArray[np.integer], votes: Votes, n_classes: int
) -> Suspects:
    """Find the images whose label differs from what their neighbours and cluster suggest.

    Parameters
    ----------
    given : ndarray of integers, shape (n,)
        Codes of classes, negative for images without a label.
    clusters : ndarray of integers, shape (n,)
    votes : callable
        Takes labels, among which those that are suspected are negative, and returns how many
        neighbours of each image have each label, of shape (n, n_classes); see `neighbor_votes`.
    n_classes : int

    Returns
    -------
    Suspects

    Notes
    -----
    Evidence is a Dirichlet posterior: the labels in the cluster are the prior, those of the
    neighbours the data. Certainty is the posterior of a wrong label by Bayes' rule, for which the
    rates at which one class is given in place of another are fitted by expectation maximisation,
    and shrunk towards their mean as rates of Poisson counts with an exponential prior.
    """
    labels = given.astype(np.int64)
    trusted, rows = labels, np.arange(len(labels))
    for _ in range(_PASSES):
        counted = votes(trusted)
        shares = _evidence(trusted, clusters, counted, n_classes)
        best = shares.argmax(axis=1)
        tied = shares[rows, labels] == shares[rows, best]
        best = np.where(tied & (labels >= 0), labels, best)
        trusted = np.where(best == labels, labels, UNKNOWN)
    suspect = np.flatnonzero((labels >= 0) & (best != labels))
    rates = _certainty(labels, best, shares, suspect)
    order = np.lexsort((suspect, -rates))
    suspect, certainty = suspect[order], rates[order]
    total = np.maximum(counted[suspect].sum(axis=1), 1)
    own, suggested = labels[suspect], best[suspect]
    return Suspects(
        suspect, own, suggested, certainty, counted[suspect, suggested] / total,
        counted[suspect, own] / total,
    )  # fmt: skip


def check(labels: NDArray[np.integer]) -> None:
    """Refuse labels that cannot be wrong.

    Raises
    ------
    InputError
    """
    kinds = np.unique(labels[labels >= 0])
    if len(kinds) < 2:
        there = "no image has a label" if not len(kinds) else "all labels are the same"
        raise InputError(
            f"{there}, so that none can be suspect: give labels of two classes or more"
        )


def neighbor_votes(neighbors: NDArray[np.integer], n_classes: int) -> Votes:
    """Let the first `VOTERS` neighbours vote that have a label.

    Parameters
    ----------
    neighbors : ndarray of integers, shape (n, k)
        Rows of images, nearest first; none of its own.
    n_classes : int
    """

    def votes(labels: NDArray[np.int64]) -> NDArray[np.integer]:
        theirs = labels[neighbors]
        votes = (theirs >= 0) & (np.cumsum(theirs >= 0, axis=1) <= VOTERS)
        return _tally(np.nonzero(votes)[0], theirs[votes], len(neighbors), n_classes)

    return votes


def distance_ratios(
    suspects: Suspects,
    labels: NDArray[np.integer],
    neighbors: NDArray[np.integer],
    distances: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Measure how much farther the nearest image of the given label is than of the suggested.

    Parameters
    ----------
    suspects : Suspects
    labels : ndarray of integers, shape (n,)
    neighbors, distances : ndarray of integers, shape (m, k)
        Of the suspects, nearest first; distances are squared.

    Returns
    -------
    ndarray of float64, shape (m,)
        The roots' ratio; infinite where no neighbour has the given label, NaN where none has the
        suggested one.
    """
    theirs = labels[neighbors]
    nearest = []
    for label in (suspects.given, suspects.suggested):
        there = theirs == label[:, None]
        first = np.take_along_axis(distances, there.argmax(axis=1)[:, None], axis=1)[:, 0]
        nearest.append(np.where(there.any(axis=1), np.maximum(first, 1), np.inf))
    with np.errstate(invalid="ignore"):
        ratios = np.sqrt(nearest[0] / nearest[1])
    return np.where(np.isinf(nearest[1]), np.nan, ratios)


def _tally(
    rows: NDArray[np.integer], columns: NDArray[np.integer], n_rows: int, n_columns: int
) -> NDArray[np.int64]:
    flat = np.bincount(rows.astype(np.int64) * n_columns + columns, minlength=n_rows * n_columns)
    return flat.reshape(n_rows, n_columns)


def _evidence(
    labels: NDArray[np.int64],
    clusters: NDArray[np.integer],
    votes: NDArray[np.integer],
    n_classes: int,
) -> NDArray[np.float64]:
    """Share of each class in the votes of neighbours and of the cluster."""
    known = np.flatnonzero(labels >= 0)
    sizes = np.bincount(labels[known], minlength=n_classes) + 1
    members = _tally(clusters[known], labels[known], int(clusters.max()) + 1, n_classes)
    # The whole set counts as one more image of each cluster: no class is impossible.
    prior = members[clusters] + sizes / sizes.sum()
    prior[known, labels[known]] -= 1
    prior *= CLUSTER_VOTES / prior.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = votes + prior
    return shares / shares.sum(axis=1, keepdims=True)


def _certainty(
    labels: NDArray[np.int64],
    best: NDArray[np.int64],
    shares: NDArray[np.float64],
    suspect: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Probability that each suspect is wrong, with the rates of errors that explain the whole."""
    n_classes = shares.shape[1]
    own, other = labels[suspect], best[suspect]
    odds = shares[suspect, own] / shares[suspect, other]
    sizes = np.maximum(np.bincount(best[labels >= 0], minlength=n_classes), 1)
    pairs = other * n_classes + own
    certainty = np.full(len(suspect), 0.5)
    for _ in range(_STEPS):
        counts = np.bincount(pairs, weights=certainty, minlength=n_classes**2)
        mean = (counts.sum() + 1) / (n_classes * (n_classes - 1))
        rates = mean * (1 + counts) / (1 + mean)
        rate = rates[pairs] / sizes[other]
        certainty = rate / (rate + odds)
    return certainty
