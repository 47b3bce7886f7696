"""The place of new images on a finished map."""

import numpy as np
from numpy.typing import NDArray


def place(embedding: NDArray[np.float32], neighbors: NDArray[np.int32]) -> NDArray[np.float32]:
    """Put new images onto a finished map: each at the median position of its neighbours.

    Parameters
    ----------
    embedding : ndarray of float32, shape (n, n_dims)
        Positions of the images that the map was made of.
    neighbors : ndarray of int32, shape (m, k)
        Nearest of those images to each new one, in feature space.

    Returns
    -------
    ndarray of float32, shape (m, n_dims)
        Each row depends on its own image alone.
    """
    return np.median(embedding[neighbors], axis=1).astype(np.float32)
