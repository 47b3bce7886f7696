"""Confidence intervals of the scores by the bootstrap."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.evaluation import agreement, scores
from mnist_clustering.exact.rounding import CANCELLED, to_decimals


def intervals(
    labels: NDArray[np.integer],
    clusters: Mapping[str, NDArray[np.integer]],
    majority_names: Mapping[str, Sequence[int | None]],
    *,
    n_classes: int,
    resamples: int,
    seed: int,
) -> dict[str, dict[str, dict[str, float]]]:
    """Compute 95 % percentile bootstrap intervals of the scores of partitions.

    Each resample consists of n images drawn with replacement from the n given ones, and is
    scored; the interval spans the middle 95 % of these scores. All partitions are scored on the
    same resamples. Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.

    Parameters
    ----------
    labels : ndarray of integers, shape (n,)
    clusters : mapping of str to ndarray of integers, shape (n,)
        The cluster of each image, by partition.
    majority_names : mapping of str to sequence of int or None
        The most frequent label *of train* in each cluster, by partition.

    Returns
    -------
    dict
        "low" and "high", rounded to 6 decimals, by partition and score; nothing without labels.
    """
    if not len(labels):
        return {}
    tables = resample(
        labels,
        {name: (own, len(majority_names[name])) for name, own in clusters.items()},
        n_classes,
        resamples,
        seed,
    )
    results = {}
    for name, drawn in tables.items():
        codes = {c: label for c, label in enumerate(majority_names[name]) if label is not None}
        named = drawn[:, list(codes), list(codes.values())].sum(axis=1)
        resampled = {
            "accuracy": [scores.matched_accuracy(table) for table in drawn],
            "majority_accuracy": (named / drawn.sum(axis=(1, 2))).tolist(),
            "nmi": agreement.information(drawn)["nmi"].tolist(),
            "ari": agreement.adjusted_rand(drawn).tolist(),
        }
        results[name] = {score: _percentiles(values) for score, values in resampled.items()}
    return results


def resample(
    labels: NDArray[np.integer],
    clusters: Mapping[str, tuple[NDArray[np.integer], int]],
    n_classes: int,
    resamples: int,
    seed: int,
) -> dict[str, NDArray[np.int64]]:
    """Draw images with replacement and compute the contingency tables of each resample.

    Images are drawn one by one. A multinomial draw of the counts would be faster, but it uses
    logarithms, whose last digits differ between machines. Resample i consists of the same images in
    all partitions, which are given as the cluster of each image and the number of clusters.
    """
    generator = np.random.default_rng(seed)
    tables = {
        name: np.empty((resamples, n_clusters, n_classes), dtype=np.int64)
        for name, (_, n_clusters) in clusters.items()
    }
    cells = {name: own.astype(np.int64) * n_classes + labels for name, (own, _) in clusters.items()}
    for i in range(resamples):
        drawn = generator.integers(0, len(labels), size=len(labels))
        for name, table in tables.items():
            counts = np.bincount(cells[name][drawn], minlength=table[i].size)
            table[i] = counts.reshape(table[i].shape)
    return tables


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the lowest and highest value after removing 2.5 % at either end."""
    ordered, cut = sorted(values), len(values) // 40
    low, high = (to_decimals(value, error=CANCELLED) for value in (ordered[cut], ordered[-1 - cut]))
    return {"low": low, "high": high}
