"""What the explorer says of an image beside its neighbours. No label is used."""

import numpy as np
from numpy.typing import NDArray

NONE = -1


def agreement(
    neighbors: NDArray[np.int32], clusters: NDArray[np.int32], own: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """Count the neighbours of each image that lie in its cluster.

    Parameters
    ----------
    neighbors : ndarray of int32, shape (n, k)
        Training images; k is at most 255.
    clusters : ndarray of int32, shape (n_train,)
        Of the training images.
    own : ndarray of int32, shape (n,)
        Of the images.

    Examples
    --------
    >>> clusters = np.array([0, 0, 1], dtype=np.int32)
    >>> agreement(np.array([[0, 1], [0, 2]], dtype=np.int32), clusters, np.array([0, 1]))
    array([2, 1], dtype=uint8)
    """
    return (clusters[neighbors] == own[:, None]).sum(axis=1, dtype=np.uint8)


def nearest_other(
    neighbors: NDArray[np.int32], clusters: NDArray[np.int32], own: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Find the nearest training image of another cluster than an image's own.

    Parameters
    ----------
    neighbors : ndarray of int32, shape (n, k)
        Training images, nearest first.
    clusters : ndarray of int32, shape (n_train,)
    own : ndarray of int32, shape (n,)

    Returns
    -------
    ndarray of int32, shape (n,)
        A training image, or -1 if all neighbours are of the image's own cluster.

    Examples
    --------
    >>> clusters = np.array([0, 0, 1], dtype=np.int32)
    >>> nearest_other(np.array([[0, 1, 2], [1, 0, 1]], dtype=np.int32), clusters, np.array([0, 0]))
    array([ 2, -1], dtype=int32)
    """
    other = clusters[neighbors] != own[:, None]
    first = other.argmax(axis=1)
    found = np.take_along_axis(neighbors, first[:, None], axis=1)[:, 0]
    return np.where(other.any(axis=1), found, NONE).astype(np.int32)


def medoids(
    positions: NDArray[np.integer], groups: NDArray[np.int32], centres: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Find the member of each group that is nearest to its centre.

    Parameters
    ----------
    positions : ndarray of integers, shape (n, d)
    groups : ndarray of int32, shape (n,)
    centres : ndarray of int64, shape (m, d)

    Returns
    -------
    ndarray of int32, shape (m,)
        In a tie, the first; -1 for a group without members.
    """
    offsets = positions.astype(np.int64) - centres[groups]
    order = np.lexsort((np.arange(len(groups)), (offsets * offsets).sum(axis=1), groups))
    found = np.full(len(centres), NONE, dtype=np.int32)
    present, first = np.unique(groups[order], return_index=True)
    found[present] = order[first]
    return found
