"""Initialization of t-SNE maps, from integers, so that it has the same bits on every machine."""

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.exact.grid import STEPS, variance

_SPREAD = 1e-4


def from_components(
    components: NDArray[np.integer], *, seed: int, jitter: float
) -> NDArray[np.float64]:
    """Initialize a map with principal components and uniform noise.

    Parameters
    ----------
    components : ndarray of integers, shape (n, n_dims)
    seed : int
        For `numpy.random.default_rng`.
    jitter : float
        Half-width of the noise, in standard deviations of the first component.

    Returns
    -------
    ndarray of float64, shape (n, n_dims)
        Without the noise, the first column has a standard deviation of 1e-4.

    Notes
    -----
    Source: Kobak and Linderman, "Initialization is critical for preserving global data structure
    in both t-SNE and UMAP", 2021. The noise is ours.

    Examples
    --------
    >>> components = np.array([[-3, 1], [3, 0], [-3, 0], [3, -1]])
    >>> from_components(components, seed=0, jitter=0).round(6).tolist()
    [[-0.0001, 3.3e-05], [0.0001, 0.0], [-0.0001, 0.0], [0.0001, -3.3e-05]]
    """
    unit = _deviation(components[:, 0])
    return (components / unit + _noise(components.shape, seed, jitter)) * _SPREAD


def from_flat_map(
    flat_map: NDArray[np.integer],
    depth: NDArray[np.integer],
    scale: float,
    *,
    seed: int,
    jitter: float,
) -> NDArray[np.float64]:
    """Initialize a 3-D map with a finished 2-D one, which saves most of the iterations.

    Parameters
    ----------
    flat_map : ndarray of integers, shape (n, 2)
        The 2-D map, on its grid.
    depth : ndarray of integers, shape (n,)
        The third principal component, which is scaled to the standard deviation of the first
        axis of the map.
    scale : float
        Factor on the size of the map; below 1, points can pass one another more easily.
    seed, jitter
        As in `from_components`.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        In map units.
    """
    unit = _deviation(flat_map[:, 0])
    solid = np.column_stack([flat_map / unit, depth / _deviation(depth)])
    return (solid + _noise(solid.shape, seed, jitter)) * (scale * unit / STEPS)


def _deviation(column: NDArray[np.integer]) -> float:
    return float(np.sqrt(variance(column))) or 1.0


def _noise(shape: tuple[int, ...], seed: int, jitter: float) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(-jitter, jitter, shape)
