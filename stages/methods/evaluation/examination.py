"""Details behind the scores: confused digits, portraits of clusters, agreement."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError
from stages.methods.evaluation import scores
from stages.methods.evaluation.agreement import adjusted_rand, information
from stages.methods.exact.rounding import CANCELLED, to_decimals

# Number of images in a portrait, besides the medoid.
N_MEMBERS = 8


def confused(
    digits: NDArray[np.integer], clusters: NDArray[np.integer], names: Sequence[int | None]
) -> list[dict[str, Any]]:
    """List which digits were taken for which others, and the images concerned.

    Parameters
    ----------
    digits, clusters : ndarray of integers, shape (n,)
    names : sequence of int or None
        The digit that each cluster is named after, or None.

    Returns
    -------
    list of dict
        "digit" (the true one), "given" (the name of the cluster, or None), "count" and "images"
        (indices, ascending). Sorted by descending count; ties by digits.
    """
    given = np.array([scores.N_DIGITS if name is None else name for name in names])[clusters]
    pairs = digits.astype(np.int64) * (scores.N_DIGITS + 1) + given
    wrong = np.flatnonzero(given != digits)
    kinds, counts = np.unique(pairs[wrong], return_counts=True)
    confusions = []
    for i in np.argsort(-counts, kind="stable"):
        digit, name = divmod(int(kinds[i]), scores.N_DIGITS + 1)
        confusions.append(
            {
                "digit": digit,
                "given": None if name == scores.N_DIGITS else name,
                "count": int(counts[i]),
                "images": wrong[pairs[wrong] == kinds[i]].tolist(),
            }
        )
    return confusions


def portraits(
    points: NDArray[np.integer],
    clusters: NDArray[np.integer],
    digits: NDArray[np.integer],
    names: Sequence[int | None],
) -> list[dict[str, Any]]:
    """Describe each cluster of the train part.

    Parameters
    ----------
    points : ndarray of integers, shape (n, n_dims)
        The points that were clustered: pixels, or a map on its grid.
    clusters, digits : ndarray of integers, shape (n,)
    names : sequence of int or None
        The digit that each cluster is named after, or None.

    Returns
    -------
    list of dict
        "digit" (the name), "size", "purity" (share of the most frequent digit, 6 decimals),
        "digits" (number of images of each digit), "medoid" (an index; None if the cluster is
        empty), "members" (8 indices, evenly spaced by rank from the medoid to the member farthest
        from the mean) and "nearest" (the cluster with the nearest mean; None if there is no
        other).
    """
    table = scores.contingency(digits, clusters, len(names))
    nearest = nearest_clusters(_means(points, clusters, len(names)))
    described = []
    for cluster, counts in enumerate(table):
        rows = by_centrality(points, np.flatnonzero(clusters == cluster))
        ranks = np.arange(1, N_MEMBERS + 1) * (len(rows) - 1) // N_MEMBERS
        described.append(
            {
                "digit": names[cluster],
                "size": len(rows),
                "purity": to_decimals(int(counts.max()) / max(len(rows), 1), error=0),
                "digits": counts.tolist(),
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
    """Compare all pairs of partitions of the same images, without using their digits.

    Parameters
    ----------
    partitions : mapping of str to ndarray of integers, shape (n,)
        The cluster of each image, by the name of the partition.

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
) -> float:
    """Share of test images whose label most of their nearest training images have.

    What a classifier with all labels makes of the same neighbours: a ceiling for clusters.

    Parameters
    ----------
    neighbors : ndarray of integers, shape (m, k)
        Rows of the nearest training images of each test image.
    train, test : ndarray of integers, shape (n,) and (m,)
        Labels.

    Returns
    -------
    float
        Of equally frequent labels the smallest is voted for.

    Examples
    --------
    >>> vote(np.array([[0, 1, 2], [2, 1, 0]]), np.array([7, 3, 7]), np.array([7, 3]))
    0.5
    """
    votes = train[neighbors]
    winners = [np.bincount(row).argmax() for row in votes]
    return float(np.mean(winners == test))
