"""Scores of a clustering against the labels of the images.

Labels are codes from 0, which stand for classes, and negative for none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.evaluation import agreement
from mnist_clustering.exact.rounding import CANCELLED, to_decimals


def labelled(
    labels: NDArray[np.integer], clusters: NDArray[np.integer]
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Leave out the images without a label."""
    known = labels >= 0
    return labels[known], clusters[known]


def contingency(
    labels: NDArray[np.integer],
    clusters: NDArray[np.integer],
    n_clusters: int,
    n_classes: int | None = None,
) -> NDArray[np.int64]:
    """Count the images in each cluster that have each label.

    Parameters
    ----------
    labels, clusters : ndarray of integers, shape (n,)
    n_classes : int, optional
        By default as many as there are labels up to the largest.

    Returns
    -------
    ndarray of int64, shape (n_clusters, n_classes)

    Examples
    --------
    >>> contingency(np.array([3, 3, 1]), np.array([0, 0, 1]), n_clusters=2, n_classes=4)
    array([[0, 0, 0, 2],
           [0, 1, 0, 0]])
    """
    if n_classes is None:
        n_classes = int(labels.max()) + 1 if len(labels) else 0
    cells = clusters.astype(np.int64) * n_classes + labels
    return np.bincount(cells, minlength=n_clusters * n_classes).reshape(n_clusters, n_classes)


def one_to_one(table: NDArray[np.int64]) -> list[int | None]:
    """Match clusters and classes one to one so that the most images agree.

    Parameters
    ----------
    table : ndarray of int64, shape (n_clusters, n_classes)

    Returns
    -------
    list of int or None
        The label of each cluster; None for unmatched clusters, of which there are some if there
        are more than classes, and whose images all count as errors. Source: Kuhn, "The Hungarian
        method", 1955 (`scipy.optimize.linear_sum_assignment`).

    Examples
    --------
    Cluster 0 is mostly sevens, but matching it with 1 gets more images right in all:

    >>> table = np.zeros((2, 10), dtype=np.int64)
    >>> table[0, [1, 7]], table[1, 7] = [4, 5], 6
    >>> one_to_one(table)
    [1, 7]
    """
    from scipy.optimize import linear_sum_assignment  # Takes longer to import than all else here.

    matched: list[int | None] = [None] * len(table)
    for cluster, label in zip(*linear_sum_assignment(table, maximize=True), strict=True):
        if table[cluster, label]:
            matched[cluster] = int(label)
    return matched


def matched_accuracy(table: NDArray[np.int64]) -> float:
    """Compute the accuracy of clusters matched by `one_to_one` on the same table."""
    from scipy.optimize import linear_sum_assignment

    return int(table[linear_sum_assignment(table, maximize=True)].sum()) / int(table.sum())


def majority(table: NDArray[np.int64]) -> list[int | None]:
    """Name each cluster after its most frequent label, in a tie the lowest; None for none."""
    return [int(row.argmax()) if row.any() else None for row in table]


def accuracy(table: NDArray[np.int64], names: Sequence[int | None]) -> float:
    """Compute the share of the images assigned to a cluster named after their label."""
    right = sum(int(table[c, name]) for c, name in enumerate(names) if name is not None)
    return right / int(table.sum())


def name_clusters(
    labels: NDArray[np.integer],
    clusters: NDArray[np.integer],
    n_clusters: int,
    n_classes: int | None = None,
) -> dict[str, list[int | None]]:
    """Name the clusters of the train part in both ways, "one_to_one" and "majority"."""
    labels, clusters = labelled(labels, clusters)
    if not len(labels):
        return {way: [None] * n_clusters for way in ("one_to_one", "majority")}
    table = contingency(labels, clusters, n_clusters, n_classes)
    return {"one_to_one": one_to_one(table), "majority": majority(table)}


def labels_of(clusters: NDArray[np.integer], names: Sequence[Any]) -> list[str]:
    """Return the name of each image's cluster as text, empty where it has none."""
    texts = ["" if name is None else str(name) for name in names]
    return [texts[cluster] for cluster in clusters.tolist()]


def score(
    labels: NDArray[np.integer],
    clusters: NDArray[np.integer],
    majority_names: Sequence[int | None],
    n_classes: int | None = None,
) -> dict[str, dict[str, Any]]:
    """Score the clusters of one part of the data, by its labelled images.

    Parameters
    ----------
    labels, clusters : ndarray of integers, shape (n,)
    majority_names : sequence of int or None
        The most frequent label *of train* in each cluster.
    n_classes : int, optional
        As in `contingency`.

    Returns
    -------
    dict
        "summary" (accuracy, majority_accuracy, nmi, ari) and "details" (homogeneity,
        completeness, recall of each label, size and purity of each cluster), rounded to 6
        decimals; both empty without labels.
    """
    labels, clusters = labelled(labels, clusters)
    if not len(labels):
        return {"summary": {}, "details": {}}
    table = contingency(labels, clusters, len(majority_names), n_classes)
    matched = one_to_one(table)
    names = np.array([-1 if name is None else name for name in matched])
    sizes = table.sum(axis=1)
    right = names[clusters] == labels
    recall = [
        float(right[labels == label].mean()) if (labels == label).any() else 0.0
        for label in range(table.shape[1])
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


def confusions(
    table: Mapping[str, Sequence[Any]], partitions: Iterable[str]
) -> list[tuple[str, str, str, int]]:
    """Count the labelled images of each label by the label of their cluster.

    A table has the columns "label" and, for each partition, "NAME_label": texts, empty for none.

    Returns
    -------
    list of (str, str, str, int)
        Partition, true label, label of the cluster (empty for none) and number of images; pairs
        that do not occur are left out.
    """
    rows = []
    for name in partitions:
        pairs = zip(table["label"], table[f"{name}_label"], strict=True)
        counts = Counter(pair for pair in pairs if pair[0])
        rows += [(name, *pair, counts[pair]) for pair in sorted(counts, key=_in_order)]
    return rows


def _in_order(pair: tuple[str, str]) -> list[tuple[bool, int, str]]:
    """Numbers by value, before words."""
    return [(not text.isdecimal(), int(text) if text.isdecimal() else 0, text) for text in pair]


def misplacement(
    positions: NDArray[np.integer],
    centres: NDArray[np.int64],
    clusters: NDArray[np.integer],
    labels: NDArray[np.integer],
    label_of_cluster: Sequence[int | None],
) -> NDArray[np.float64]:
    """Measure how far each wrongly clustered image lies from a cluster of its label.

    Parameters
    ----------
    positions : ndarray of integers, shape (n, n_dims)
        Positions on the grid of the map.
    centres : ndarray of int64, shape (m, n_dims)
        The nearest one to an image decides on its cluster.
    clusters : ndarray of integers, shape (m,)
        The cluster of each centre.
    labels : ndarray of integers, shape (n,)
        Negative for none.
    label_of_cluster : sequence of int or None
        The label that each cluster is named after, or None.

    Returns
    -------
    ndarray of float64, shape (n,)
        Distance to the nearest centre of a cluster named after the image's label, minus the
        distance to the nearest centre of all, in grid steps. It is 0 if its own cluster is
        named after its label, or if no cluster is.
    """
    names = np.array([-2 if name is None else name for name in label_of_cluster])[clusters]
    offsets = positions[:, None, :].astype(np.int64) - centres
    distances = np.sqrt((offsets * offsets).sum(axis=2))
    own = np.where(names == labels[:, None], distances, np.inf).min(axis=1)
    given = distances.min(axis=1)
    wrong = (names[distances.argmin(axis=1)] != labels) & np.isfinite(own)
    return np.where(wrong, np.where(wrong, own, 0) - given, 0.0)
