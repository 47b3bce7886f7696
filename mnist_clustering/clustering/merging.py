"""Micro-clusters merged along a graph of neighbours, in whole numbers.

A graph of directed edges says which images each image points to, and so what share of a cluster's
edges lies in each other cluster. The cluster with the largest such share joins the one it points
to, again and again: a nested partition for every number of clusters. It is taken in place of the
clusters that KMeans finds where it only corrects islands of these.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

# Share of the images that merging may move to another cluster than KMeans put them in.
MOST_MOVED = Fraction(1, 100)


@dataclass(frozen=True)
class Merge:
    """One step: a cluster joins another.

    Attributes
    ----------
    cluster, into : int
        Each named by the lowest of its micro-clusters.
    edges : int
        Edges from the one to the other.
    size : int
        Images of the cluster that joins.
    """

    cluster: int
    into: int
    edges: int
    size: int

    @property
    def share(self) -> Fraction:
        """Edges to the other cluster per image; 0 for an empty cluster."""
        return Fraction(self.edges, max(self.size, 1))


def count_edges(
    labels: NDArray[np.integer], neighbors: NDArray[np.integer], n_clusters: int
) -> NDArray[np.int64]:
    """Count the edges from each cluster to each.

    Parameters
    ----------
    labels : ndarray of integers, shape (n,)
        The cluster of each image, from 0 to ``n_clusters`` - 1.
    neighbors : ndarray of integers, shape (n, k)
        The images that each image has an edge to.
    n_clusters : int

    Returns
    -------
    ndarray of int64, shape (n_clusters, n_clusters)
        Entry (a, b) counts the edges from images of a to images of b.
    """
    own = labels.astype(np.int64)
    pairs = own[:, None] * n_clusters + own[neighbors]
    counts = np.bincount(pairs.ravel(), minlength=n_clusters**2)
    return counts.astype(np.int64, copy=False).reshape(n_clusters, n_clusters)


def count_containment(
    labels: NDArray[np.integer],
    forward: NDArray[np.integer],
    reverse: NDArray[np.integer],
    n_clusters: int,
) -> NDArray[np.int64]:
    """Count edges from images to those whose strokes they contain.

    Parameters
    ----------
    labels : ndarray of integers, shape (n,)
        The cluster of each image.
    forward : ndarray of integers, shape (n, k)
        The images in which each image is found best: each has an edge back to it.
    reverse : ndarray of integers, shape (n, k)
        The images that are found best in each image: it has an edge to each of them.
    n_clusters : int

    Returns
    -------
    ndarray of int64, shape (n_clusters, n_clusters)
        Entry (a, b) counts the edges from a to b; an edge that is in both graphs counts twice.

    Notes
    -----
    A rare way to write a digit is the usual one and a stroke more: a 1 with a foot contains a
    plain 1. Its edges lead to the digit that it is, where those to its nearest images would lead
    to another digit that has this stroke as well.
    """
    found_in = count_edges(labels, forward, n_clusters)
    return count_edges(labels, reverse, n_clusters) + found_in.T


def merge(edges: NDArray[np.integer], sizes: NDArray[np.integer]) -> list[Merge]:
    """Let clusters join each other until one is left.

    Of all ordered pairs of clusters the one with the most edges from the first to the second per
    image of the first is merged. Of equal pairs it is the one with the smallest first cluster,
    then with the lowest names. So empty clusters come first and have no say, and clusters without
    an edge to others come last, by size.

    Parameters
    ----------
    edges : ndarray of integers, shape (m, m)
        Edges from each micro-cluster to each.
    sizes : ndarray of integers, shape (m,)
        Images of each micro-cluster.

    Returns
    -------
    list of Merge
        In order, m - 1 of them. The merged cluster has the lower of both names.

    Notes
    -----
    Shares are compared by products of whole numbers, without rounding. The share of edges is the
    probability that a random walk goes over from the one cluster to the other; dividing by the
    first cluster alone, whatever the size of the second, lets small clusters join large ones
    before those join each other.
    """
    left = edges.astype(np.int64)
    np.fill_diagonal(left, -1)
    # Python's integers have no largest one.
    members = [int(size) for size in sizes]
    names = list(range(len(members)))
    merges: list[Merge] = []
    while len(names) > 1:
        among = left[np.ix_(names, names)]
        targets = among.argmax(axis=1)
        most = [int(row[target]) for row, target in zip(among, targets, strict=True)]
        best = _largest_share(most, [members[name] for name in names])
        cluster, into = names[best], names[int(targets[best])]
        merges.append(Merge(cluster, into, most[best], members[cluster]))
        kept, gone = sorted((cluster, into))
        left[kept] += left[gone]
        left[:, kept] += left[:, gone]
        left[kept, kept] = -1
        members[kept] += members[gone]
        names.remove(gone)
    return merges


def _largest_share(edges: list[int], sizes: list[int]) -> int:
    """Find the largest edges / size; of equal ones the smallest size, then the first."""
    best = 0
    for each in range(1, len(edges)):
        mine, other = edges[each] * sizes[best], edges[best] * sizes[each]
        if mine > other or (mine == other and sizes[each] < sizes[best]):
            best = each
    return best


def partition(merges: list[Merge], n_clusters: int) -> NDArray[np.int32]:
    """Say to which cluster each micro-cluster belongs when so many clusters are left.

    Parameters
    ----------
    merges : list of Merge
        As made by `merge` of m micro-clusters.
    n_clusters : int
        From 1 to m.

    Returns
    -------
    ndarray of int32, shape (m,)
        From 0 to ``n_clusters`` - 1, in the order of the lowest micro-cluster of each.

    Raises
    ------
    InputError
        If there are fewer micro-clusters than clusters.
    """
    n_micro = len(merges) + 1
    if not 1 <= n_clusters <= n_micro:
        raise InputError(
            f"{n_clusters} clusters were asked of {n_micro} micro-clusters: ask for 1 to {n_micro}"
        )
    names = np.arange(n_micro)
    for step in merges[: n_micro - n_clusters]:
        kept, gone = sorted((step.cluster, step.into))
        names[names == gone] = kept
    return np.unique(names, return_inverse=True)[1].astype(np.int32)


def to_array(merges: list[Merge]) -> NDArray[np.int64]:
    """Lay merges out in rows: cluster, into, edges, size."""
    rows = [(step.cluster, step.into, step.edges, step.size) for step in merges]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def from_array(rows: NDArray[np.int64]) -> list[Merge]:
    """Read the rows of `to_array`."""
    return [Merge(*row) for row in rows.tolist()]


def moved(clusters: NDArray[np.integer], merged: NDArray[np.integer]) -> int | None:
    """Count the images that two partitions place differently.

    Parameters
    ----------
    clusters, merged : ndarray of integers, shape (n,)
        Two partitions with equal numbers of clusters, from 0.

    Returns
    -------
    int or None
        Images outside the cluster that shares most images with theirs; None where two clusters
        have this in the same one, so that the partitions are not the same clusters at all.

    Examples
    --------
    >>> moved(np.array([0, 0, 0, 1, 1, 1]), np.array([1, 1, 0, 0, 0, 0]))
    1
    """
    k = int(max(clusters.max(), merged.max())) + 1
    shared = np.bincount(merged.astype(np.int64) * k + clusters, minlength=k * k).reshape(k, k)
    if len(np.unique(shared.argmax(axis=1))) < k:
        return None
    return len(clusters) - int(shared.max(axis=1).sum())


def corrects(clusters: NDArray[np.integer], merged: NDArray[np.integer]) -> bool:
    """Whether a merged partition only corrects islands of the clusters that KMeans found.

    Parameters
    ----------
    clusters, merged : ndarray of integers, shape (n,)
        As in `moved`.

    Returns
    -------
    bool
        True where at most `MOST_MOVED` of the images are in another cluster.

    Notes
    -----
    Where merging moves more, it does not correct clusters but draws others, since "contains" is
    not "is": letters join C with G, and E with F. Chosen on 20 sets: docs/sets.md.
    """
    different = moved(clusters, merged)
    return different is not None and different <= MOST_MOVED * len(clusters)
