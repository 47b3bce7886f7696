"""How far the scores could lie off by the chance of which images were drawn: the bootstrap."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stages.methods.evaluation import agreement, scores
from stages.methods.exact.rounding import CANCELLED, to_decimals


def intervals(
    digits: NDArray[np.integer],
    clusters: Mapping[str, NDArray[np.integer]],
    majority_names: Mapping[str, Sequence[int]],
    *,
    resamples: int,
    seed: int,
) -> dict[str, dict[str, dict[str, float]]]:
    """Compute percentile bootstrap intervals of 95 % of the scores of partitions.

    As many images as there are are drawn with replacement and scored, again and again; the
    interval is what the middle 95 % of the scores span. All partitions are scored on the same
    draws. Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.

    Parameters
    ----------
    digits : ndarray of integers, shape (n,)
    clusters : mapping of str to ndarray of integers, shape (n,)
        By partition the cluster of each image.
    majority_names : mapping of str to sequence of int
        By partition the commonest digit *of train* in each cluster.
    resamples : int
    seed : int

    Returns
    -------
    dict
        By partition and score (accuracy, majority_accuracy, nmi, ari) "low" and "high", rounded to
        6 decimals.
    """
    tables = resample(
        digits,
        {name: (labels, len(majority_names[name])) for name, labels in clusters.items()},
        resamples,
        seed,
    )
    found = {}
    for name, drawn in tables.items():
        resampled = {
            "accuracy": [scores.share_named_right(t, scores.one_to_one(t)) for t in drawn],
            "majority_accuracy": [scores.share_named_right(t, majority_names[name]) for t in drawn],
            "nmi": agreement.information(drawn)["nmi"].tolist(),
            "ari": agreement.adjusted_rand(drawn).tolist(),
        }
        found[name] = {score: _middle(values) for score, values in resampled.items()}
    return found


def resample(
    digits: NDArray[np.integer],
    clusters: Mapping[str, tuple[NDArray[np.integer], int]],
    resamples: int,
    seed: int,
) -> dict[str, NDArray[np.int64]]:
    """Draw images with replacement and count those of each cluster that show each digit.

    Whole numbers are drawn, image by image: a multinomial draw of the counts would be quicker, but
    goes through logarithms, whose last digits differ between machines.

    Parameters
    ----------
    digits : ndarray of integers, shape (n,)
    clusters : mapping of str to (ndarray of integers of shape (n,), int)
        By partition the cluster of each image and the number of clusters.
    resamples, seed : int

    Returns
    -------
    dict of str to ndarray of int64, shape (resamples, n_clusters, 10)
        Draw i is the same images in all partitions.
    """
    generator = np.random.default_rng(seed)
    tables = {
        name: np.empty((resamples, n_clusters, scores.N_DIGITS), dtype=np.int64)
        for name, (_, n_clusters) in clusters.items()
    }
    for i in range(resamples):
        drawn = generator.integers(0, len(digits), size=len(digits))
        for name, (labels, n_clusters) in clusters.items():
            tables[name][i] = scores.contingency(digits[drawn], labels[drawn], n_clusters)
    return tables


def _middle(values: Sequence[float]) -> dict[str, float]:
    """Return the lowest and the highest value when 2.5 % are cut off at each end."""
    ordered, cut = sorted(values), len(values) // 40
    low, high = (to_decimals(value, error=CANCELLED) for value in (ordered[cut], ordered[-1 - cut]))
    return {"low": low, "high": high}
