"""Scores of a clustering against the digits that the images show."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from stages.methods.evaluation import agreement
from stages.methods.exact.rounding import CANCELLED, to_decimals

N_DIGITS = 10


def contingency(
    digits: NDArray[np.integer],
    clusters: NDArray[np.integer],
    n_clusters: int,
    n_digits: int = N_DIGITS,
) -> NDArray[np.int64]:
    """Count the images in each cluster that show each digit.

    Parameters
    ----------
    digits, clusters : ndarray of integers, shape (n,)
    n_clusters, n_digits : int

    Returns
    -------
    ndarray of int64, shape (n_clusters, n_digits)

    Examples
    --------
    >>> contingency(np.array([7, 7, 1]), np.array([0, 0, 1]), n_clusters=2)
    array([[0, 0, 0, 0, 0, 0, 0, 2, 0, 0],
           [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]])
    """
    cells = clusters.astype(np.int64) * n_digits + digits
    return np.bincount(cells, minlength=n_clusters * n_digits).reshape(n_clusters, n_digits)


def one_to_one(table: NDArray[np.int64]) -> list[int | None]:
    """Match clusters and digits one to one so that the most images agree.

    Parameters
    ----------
    table : ndarray of int64, shape (n_clusters, 10)

    Returns
    -------
    list of int or None
        The digit of each cluster; None for unmatched clusters, of which there are some if there
        are more than ten, and whose images all count as errors. Source: Kuhn, "The Hungarian
        method", 1955 (`scipy.optimize.linear_sum_assignment`).

    Examples
    --------
    Cluster 0 is mostly sevens, but matching it with 1 gets more images right in all:

    >>> table = np.zeros((2, 10), dtype=np.int64)
    >>> table[0, [1, 7]], table[1, 7] = [4, 5], 6
    >>> one_to_one(table)
    [1, 7]
    """
    matched: list[int | None] = [None] * len(table)
    for cluster, digit in zip(*linear_sum_assignment(table, maximize=True), strict=True):
        matched[cluster] = int(digit)
    return matched


def majority(table: NDArray[np.int64]) -> list[int]:
    """Name each cluster after its most frequent digit; in a tie, the lowest.

    Parameters
    ----------
    table : ndarray of int64, shape (n_clusters, 10)

    Returns
    -------
    list of int
        The digit of each cluster; several clusters may have the same.
    """
    return [int(digit) for digit in table.argmax(axis=1)]


def accuracy(table: NDArray[np.int64], names: Sequence[int | None]) -> float:
    """Compute the share of the images assigned to a cluster named after their digit."""
    right = sum(int(table[c, name]) for c, name in enumerate(names) if name is not None)
    return right / int(table.sum())


def name_clusters(
    digits: NDArray[np.integer], clusters: NDArray[np.integer], n_clusters: int
) -> dict[str, list[Any]]:
    """Name the clusters of the train part after digits, in both ways.

    Returns
    -------
    dict
        "one_to_one" (a digit or None for each cluster) and "majority" (a digit for each cluster).
    """
    table = contingency(digits, clusters, n_clusters)
    return {"one_to_one": one_to_one(table), "majority": majority(table)}


def labels_of(clusters: NDArray[np.integer], names: Sequence[int | None]) -> list[str]:
    """Return the name of each image's cluster as text, empty where it has none."""
    texts = ["" if name is None else str(name) for name in names]
    return [texts[cluster] for cluster in clusters.tolist()]


def score(
    digits: NDArray[np.integer], clusters: NDArray[np.integer], majority_names: Sequence[int]
) -> dict[str, dict[str, Any]]:
    """Score the clusters of one part of the data.

    Parameters
    ----------
    digits, clusters : ndarray of integers, shape (n,)
    majority_names : sequence of int
        The most frequent digit *of train* in each cluster.

    Returns
    -------
    dict
        "summary" (accuracy, majority_accuracy, nmi, ari) and "details" (homogeneity,
        completeness, recall of each digit, size and purity of each cluster), rounded to 6
        decimals.
    """
    table = contingency(digits, clusters, len(majority_names))
    matched = one_to_one(table)
    names = np.array([-1 if name is None else name for name in matched])
    sizes = table.sum(axis=1)
    right = names[clusters] == digits
    recall = [
        float(right[digits == d].mean()) if (digits == d).any() else 0.0 for d in range(N_DIGITS)
    ]
    purity = table.max(axis=1) / np.maximum(sizes, 1)
    shared = {
        name: to_decimals(float(values[0]), error=CANCELLED)
        for name, values in agreement.information(table[None]).items()
    }
    summary = {
        "accuracy": to_decimals(accuracy(table, matched), error=0),
        "majority_accuracy": to_decimals(accuracy(table, majority_names), error=0),
        "nmi": shared["nmi"],
        "ari": to_decimals(float(agreement.adjusted_rand(table[None])[0])),
    }
    details: dict[str, Any] = {
        "homogeneity": shared["homogeneity"],
        "completeness": shared["completeness"],
        "recall": [to_decimals(value, error=0) for value in recall],
        "cluster_size": sizes.tolist(),
        "cluster_purity": [to_decimals(value, error=0) for value in purity.tolist()],
    }
    return {"summary": summary, "details": details}


def misplacement(
    positions: NDArray[np.integer],
    centres: NDArray[np.int64],
    clusters: NDArray[np.integer],
    digits: NDArray[np.integer],
    digit_of_cluster: Sequence[int | None],
) -> NDArray[np.float64]:
    """Measure how far each wrongly clustered image lies from a cluster of its digit.

    Parameters
    ----------
    positions : ndarray of integers, shape (n, n_dims)
        Positions on the grid of the map.
    centres : ndarray of int64, shape (m, n_dims)
        The nearest one to an image decides on its cluster.
    clusters : ndarray of integers, shape (m,)
        The cluster of each centre.
    digits : ndarray of integers, shape (n,)
    digit_of_cluster : sequence of int or None
        The digit that each cluster is named after, or None.

    Returns
    -------
    ndarray of float64, shape (n,)
        Distance to the nearest centre of a cluster named after the image's digit, minus the
        distance to the nearest centre of all, in grid steps. It is 0 if its own cluster is
        named after its digit, or if no cluster is.
    """
    names = np.array([-1 if name is None else name for name in digit_of_cluster])[clusters]
    offsets = positions[:, None, :].astype(np.int64) - centres
    distances = np.sqrt((offsets * offsets).sum(axis=2))
    own = np.where(names == digits[:, None], distances, np.inf).min(axis=1)
    given = distances.min(axis=1)
    wrong = (names[distances.argmin(axis=1)] != digits) & np.isfinite(own)
    return np.where(wrong, np.where(wrong, own, 0) - given, 0.0)
