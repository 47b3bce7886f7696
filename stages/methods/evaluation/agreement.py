"""How far two partitions of the same images agree, from tables of what they share."""

import numpy as np
from numpy.typing import NDArray


def information(tables: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Score tables by what knowing one partition tells of the other.

    Equal to `sklearn.metrics.homogeneity_completeness_v_measure`, for many tables at once and
    without the second that importing it takes.

    Parameters
    ----------
    tables : ndarray of int64, shape (n_tables, n_clusters, n_digits)
        Images of each cluster that show each digit.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_tables,)
        "homogeneity", "completeness" and "nmi" (normalised mutual information, by the arithmetic
        mean), each between 0 and 1.
    """
    by_cluster = _entropy(tables.sum(axis=2))
    by_digit = _entropy(tables.sum(axis=1))
    shared = by_cluster + by_digit - _entropy(tables.reshape(len(tables), -1))
    return {
        "homogeneity": _ratio(shared, by_digit),
        "completeness": _ratio(shared, by_cluster),
        "nmi": _ratio(shared, (by_cluster + by_digit) / 2),
    }


def adjusted_rand(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """Score tables by pairs of images, as `sklearn.metrics.adjusted_rand_score` does.

    Parameters
    ----------
    tables : ndarray of int64, shape (n_tables, n_clusters, n_digits)

    Returns
    -------
    ndarray of float64, shape (n_tables,)
        1 for equal partitions, 0 on average for partitions by chance.
    """
    together = _pairs(tables.reshape(len(tables), -1))
    by_cluster, by_digit = _pairs(tables.sum(axis=2)), _pairs(tables.sum(axis=1))
    by_chance = by_cluster * by_digit / _pairs(tables.sum(axis=(1, 2))[:, None])
    most = (by_cluster + by_digit) / 2
    return _ratio(together - by_chance, most - by_chance)


def _entropy(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    shares = counts / counts.sum(axis=1, keepdims=True)
    return -(shares * np.log(shares, out=np.zeros_like(shares), where=shares > 0)).sum(axis=1)


def _pairs(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Count the pairs of images within each group."""
    return (counts * (counts - 1) // 2).sum(axis=1).astype(np.float64)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; where nothing is to be known or paired, all agrees."""
    return np.divide(part, whole, out=np.ones_like(whole), where=whole != 0)
