"""Placement of new images on a finished map."""

import numpy as np
from numpy.typing import NDArray


def place(embedding: NDArray[np.float32], neighbors: NDArray[np.int32]) -> NDArray[np.float32]:
    """Place new images at the median position of their nearest neighbours.

    Parameters
    ----------
    embedding : ndarray of float32, shape (n, n_dims)
        Positions of the images that the map was fitted on.
    neighbors : ndarray of int32, shape (m, k)
        The nearest of those images to each new one.

    Returns
    -------
    ndarray of float32, shape (m, n_dims)
        Each row depends only on its own image.

    Examples
    --------
    A neighbour in the wrong cluster does not move the median:

    >>> embedding = np.array([[0, 0], [1, 2], [2, 1], [50, 50]], dtype=np.float32)
    >>> place(embedding, np.array([[0, 1, 3]], dtype=np.int32))
    array([[1., 2.]], dtype=float32)
    """
    return np.median(embedding[neighbors], axis=1).astype(np.float32)
