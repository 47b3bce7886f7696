"""Details behind the scores: confused labels, portraits of clusters, agreement."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.evaluation import scores
from mnist_clustering.evaluation.agreement import adjusted_rand, information
from mnist_clustering.exact.rounding import CANCELLED, to_decimals

# Number of images in a portrait, besides the medoid.
N_MEMBERS = 8


def confused(
    labels: NDArray[np.integer],
    clusters: NDArray[np.integer],
    names: Sequence[int | None],
    classes: Sequence[str | int],
) -> list[dict[str, Any]]:
    """List which labels were taken for which others, and the images concerned.

    Parameters
    ----------
    labels, clusters : ndarray of integers, shape (n,)
        Negative labels, of images that have none, are left out.
    names : sequence of int or None
        The label that each cluster is named after, or None.
    classes : sequence of str or int
        What the labels stand for.

    Returns
    -------
    list of dict
        "digit" (the true class), "given" (that of the cluster, or None), "count" and "images"
        (indices, ascending). Sorted by descending count; ties by label.
    """
    n = len(classes)
    given = np.array([n if name is None else name for name in names])[clusters]
    pairs = labels.astype(np.int64) * (n + 1) + given
    wrong = np.flatnonzero((given != labels) & (labels >= 0))
    kinds, counts = np.unique(pairs[wrong], return_counts=True)
    confusions = []
    for i in np.argsort(-counts, kind="stable"):
        label, name = divmod(int(kinds[i]), n + 1)
        confusions.append(
            {
                "digit": classes[label],
                "given": None if name == n else classes[name],
                "count": int(counts[i]),
                "images": wrong[pairs[wrong] == kinds[i]].tolist(),
            }
        )
    return confusions


def portraits(
    points: NDArray[np.integer],
    clusters: NDArray[np.integer],
    labels: NDArray[np.integer],
    names: Sequence[int | None],
    classes: Sequence[str | int],
) -> list[dict[str, Any]]:
    """Describe each cluster of the train part.

    Parameters
    ----------
    points : ndarray of integers, shape (n, n_dims)
        The points that were clustered: pixels, or a map on its grid.
    clusters, labels : ndarray of integers, shape (n,)
        Labels are negative for none.
    names : sequence of int or None
        The label that each cluster is named after, or None.
    classes : sequence of str or int
        What the labels stand for.

    Returns
    -------
    list of dict
        "digit" (the name), "size", "purity" (share of the most frequent label among the labelled,
        6 decimals, None if there are none), "digits" (number of images of each class: a list if
        classes are 0, 1, 2, ..., else by name), "medoid" (an index; None if the cluster is empty),
        "members" (8 indices, evenly spaced by rank from the medoid to the member farthest from the
        mean) and "nearest" (the cluster with the nearest mean; None if there is no other).
    """
    known = labels >= 0
    table = scores.contingency(labels[known], clusters[known], len(names), max(len(classes), 1))
    nearest = nearest_clusters(_means(points, clusters, len(names)))
    plain = list(classes) == list(range(len(classes)))
    described = []
    for cluster, counts in enumerate(table):
        rows = by_centrality(points, np.flatnonzero(clusters == cluster))
        ranks = np.arange(1, N_MEMBERS + 1) * (len(rows) - 1) // N_MEMBERS
        name, labelled = names[cluster], int(counts.sum())
        numbers = counts.tolist()[: len(classes)]
        described.append(
            {
                "digit": None if name is None else classes[name],
                "size": len(rows),
                "purity": to_decimals(int(counts.max()) / labelled, error=0) if labelled else None,
                "digits": numbers if plain else dict(zip(map(str, classes), numbers, strict=True)),
                "medoid": int(rows[0]) if len(rows) else None,
                "members": rows[np.unique(ranks)].tolist() if len(rows) else [],
                "nearest": nearest[cluster],
            }
        )
    return described


def _means(
    points: NDArray[np.integer], clusters: NDArray[np.integer], n_clusters: int
) -> NDArray[np.int64]:
    """Round the mean of each cluster down to whole numbers."""
    means = [
        points[clusters == cluster].sum(axis=0, dtype=np.int64)
        // max(1, int((clusters == cluster).sum()))
        for cluster in range(n_clusters)
    ]
    return np.stack(means)


def by_centrality(points: NDArray[np.integer], members: NDArray[np.integer]) -> NDArray[np.integer]:
    """Sort the members of a cluster by the sum of their squared distances to all members.

    The first is the medoid with respect to squared distances, whose sum KMeans minimises. The sum
    of a member x over the n members x' is ``n |x|^2 - 2 x . sum x' + sum |x'|^2``: one pass over
    the members, exact in int64 while ``3 n |x|^2`` is below 2^63.

    Parameters
    ----------
    points : ndarray of integers, shape (n, n_dims)
    members : ndarray of integers, shape (n_members,)
        Indices of the points in the cluster, ascending.

    Returns
    -------
    ndarray of integers, shape (n_members,)
        The same indices, the most central first; ties by index.

    Raises
    ------
    InputError
        If coordinates are too large for exact sums.

    Examples
    --------
    >>> points = np.array([[0], [7], [5], [100]])
    >>> by_centrality(points, np.array([0, 1, 2])).tolist()
    [2, 1, 0]
    """
    own = points[members].astype(np.int64)
    squares = np.einsum("ij,ij->i", own, own)
    if 3 * len(own) * int(squares.max(initial=0)) >= 2**63:
        raise InputError(
            f"coordinates up to {np.abs(own).max()} of {len(own)} images are too large for exact "
            "sums of distances: use a coarser grid"
        )
    # Without sum |x'|^2, which is the same for all members.
    sums = len(own) * squares - own @ (2 * own.sum(axis=0))
    return members[np.argsort(sums, kind="stable")]


def nearest_clusters(centres: NDArray[np.int64]) -> list[int | None]:
    """Find the nearest other centre of each cluster; in a tie, the one of lowest index."""
    nearest: list[int | None] = []
    for cluster, centre in enumerate(centres):
        distances = ((centres - centre) ** 2).sum(axis=1)
        distances[cluster] = np.iinfo(np.int64).max
        nearest.append(int(distances.argmin()) if len(centres) > 1 else None)
    return nearest


def agreement(
    partitions: Mapping[str, NDArray[np.integer]],
) -> dict[str, dict[str, float]]:
    """Compare all pairs of partitions of the same images, without using their labels.

    Returns
    -------
    dict
        "ari" and "nmi" (6 decimals) by the names of two partitions, joined by an underscore.
    """
    sizes = {name: int(labels.max()) + 1 for name, labels in partitions.items()}
    pairs = {}
    for a, b in combinations(partitions, 2):
        table = scores.contingency(partitions[b], partitions[a], sizes[a], sizes[b])[None]
        pairs[f"{a}_{b}"] = {
            "ari": to_decimals(float(adjusted_rand(table)[0])),
            "nmi": to_decimals(float(information(table)["nmi"][0]), error=CANCELLED),
        }
    return pairs


def vote(
    neighbors: NDArray[np.integer], train: NDArray[np.integer], test: NDArray[np.integer]
) -> float | None:
    """Share of test images whose label most of their nearest training images have.

    What a classifier with all labels makes of the same neighbours: a ceiling for clusters.

    Parameters
    ----------
    neighbors : ndarray of integers, shape (m, k)
        Rows of the nearest training images of each test image.
    train, test : ndarray of integers, shape (n,) and (m,)
        Labels, negative for none: such test images are left out, and such neighbours have no vote.

    Returns
    -------
    float or None
        Of equally frequent labels the smallest is voted for. None without labels.

    Examples
    --------
    >>> vote(np.array([[0, 1, 2], [2, 1, 0]]), np.array([7, 3, 7]), np.array([7, 3]))
    0.5
    """
    known = test >= 0
    if not known.any() or not (train >= 0).any():
        return None
    votes = train[neighbors[known]].astype(np.int64)
    winners = [np.bincount(row + 1)[1:].argmax() if (row >= 0).any() else -1 for row in votes]
    return float(np.mean(winners == test[known]))
