"""What stands behind the scores: confused digits, portraits of clusters, agreement."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError
from stages.methods.evaluation import scores
from stages.methods.evaluation.agreement import adjusted_rand, information
from stages.methods.exact.rounding import CANCELLED, to_decimals

# Images of a portrait beside the medoid.
N_MEMBERS = 8


def confused(
    digits: NDArray[np.integer], clusters: NDArray[np.integer], names: Sequence[int | None]
) -> list[dict[str, Any]]:
    """List which digit was taken for which, and the images behind it.

    Parameters
    ----------
    digits, clusters : ndarray of integers, shape (n,)
    names : sequence of int or None
        The digit that each cluster stands for; None for none.

    Returns
    -------
    list of dict
        "digit" (true), "given" (None if the cluster stands for no digit), "count" and "images"
        (rows, ascending). The most frequent comes first; equally frequent ones by digits.
    """
    given = np.array([scores.N_DIGITS if name is None else name for name in names])[clusters]
    pairs = digits.astype(np.int64) * (scores.N_DIGITS + 1) + given
    wrong = np.flatnonzero(given != digits)
    kinds, counts = np.unique(pairs[wrong], return_counts=True)
    found = []
    for i in np.argsort(-counts, kind="stable"):
        digit, name = divmod(int(kinds[i]), scores.N_DIGITS + 1)
        found.append(
            {
                "digit": digit,
                "given": None if name == scores.N_DIGITS else name,
                "count": int(counts[i]),
                "images": wrong[pairs[wrong] == kinds[i]].tolist(),
            }
        )
    return found


def portraits(
    points: NDArray[np.integer],
    clusters: NDArray[np.integer],
    centres: NDArray[np.int64],
    digits: NDArray[np.integer],
    names: Sequence[int | None],
) -> list[dict[str, Any]]:
    """Describe each cluster of the train part.

    Parameters
    ----------
    points : ndarray of integers, shape (n, n_dims)
        What was clustered: pixels, or a map on its grid.
    clusters, digits : ndarray of integers, shape (n,)
    centres : ndarray of int64, shape (n_clusters, n_dims)
    names : sequence of int or None
        The digit that each cluster stands for; None for none.

    Returns
    -------
    list of dict
        "digit", "size", "purity" (share of the commonest digit, 6 decimals), "digits" (images of
        each digit), "medoid" (a row; None if the cluster is empty), "members" (8 rows at even
        ranks from the medoid to the member farthest from the mean) and "nearest" (the cluster with
        the nearest centre; None if there is no other).
    """
    table = scores.contingency(digits, clusters, len(centres))
    nearest = nearest_clusters(centres)
    found = []
    for cluster, counts in enumerate(table):
        rows = from_the_middle(points, np.flatnonzero(clusters == cluster))
        ranks = np.arange(1, N_MEMBERS + 1) * (len(rows) - 1) // N_MEMBERS
        found.append(
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
    return found


def from_the_middle(
    points: NDArray[np.integer], members: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Order the members of a cluster by the sum of their squared distances to all of them.

    The first is the medoid for squared distances, of which KMeans minimises the sum. The sum over
    the n members x' is n |x|^2 - 2 x . sum x' + sum |x'|^2, which takes one pass over them and is
    exact in whole numbers while 3 n |x|^2 stays below 2^63.

    Parameters
    ----------
    points : ndarray of integers, shape (n, n_dims)
    members : ndarray of integers, shape (n_members,)
        Rows of the cluster, ascending.

    Returns
    -------
    ndarray of integers, shape (n_members,)
        The rows in that order; equal sums in the order of the rows.

    Raises
    ------
    InputError
        If the coordinates are too large for exact sums.
    """
    own = points[members].astype(np.int64)
    squares = np.einsum("ij,ij->i", own, own)
    if 3 * len(own) * int(squares.max(initial=0)) >= 2**63:
        raise InputError(
            f"coordinates up to {np.abs(own).max()} of {len(own)} images are too large for exact "
            "sums of distances: use a coarser grid"
        )
    # Less what all members share: sum |x'|^2.
    sums = len(own) * squares - own @ (2 * own.sum(axis=0))
    return members[np.argsort(sums, kind="stable")]


def nearest_clusters(centres: NDArray[np.int64]) -> list[int | None]:
    """Find for each cluster the other one whose centre is nearest, of equally near the lowest."""
    found: list[int | None] = []
    for cluster, centre in enumerate(centres):
        distances = ((centres - centre) ** 2).sum(axis=1)
        distances[cluster] = np.iinfo(np.int64).max
        found.append(int(distances.argmin()) if len(centres) > 1 else None)
    return found


def agreement(
    partitions: Mapping[str, NDArray[np.integer]],
) -> dict[str, dict[str, float]]:
    """Compare partitions of the same images two by two, without regard to digits.

    Returns
    -------
    dict
        By the names of two partitions, joined by an underscore: "ari" and "nmi", 6 decimals.
    """
    sizes = {name: int(labels.max()) + 1 for name, labels in partitions.items()}
    found = {}
    for a, b in combinations(partitions, 2):
        table = scores.contingency(partitions[b], partitions[a], sizes[a], sizes[b])[None]
        found[f"{a}_{b}"] = {
            "ari": to_decimals(float(adjusted_rand(table)[0])),
            "nmi": to_decimals(float(information(table)["nmi"][0]), error=CANCELLED),
        }
    return found
