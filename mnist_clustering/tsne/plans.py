"""How a map is optimised: where its points start, their order in memory, and the phases.

Points start from integers, so that they have the same bits on every machine. The fewer cache misses
between one point and the next in memory, the faster the iterations. The order also decides in which
sequence numbers are added, and so the last bits of a map.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.exact.grid import STEPS, variance
from mnist_clustering.tsne.optimization import Phase

_SPREAD = 1e-4
# Signs of so many components tell 256 orthants apart, by which points are ordered in memory.
_SIGNS = 8
_STRIPS = 32


class Plan(NamedTuple):
    """What `optimization.optimise` needs to know beside the affinities."""

    start: NDArray[np.float64]  # (n, n_dims)
    order: NDArray[np.intp]  # (n,)
    phases: list[Phase]


def flat(
    features: NDArray[np.integer],
    *,
    exaggeration: float,
    early_exaggeration: float,
    early_iterations: int,
    iterations: int,
    jitter: float,
    seed: int,
) -> Plan:
    """Plan a 2-D map, which starts from the first two principal components.

    Parameters
    ----------
    features : ndarray of integers, shape (n, d)
        The leading components first.
    exaggeration, iterations
        Of the second phase.
    early_exaggeration, early_iterations
        Of the first.
    jitter, seed
        As in `from_components`.
    """
    phases = [
        Phase("early_exaggeration", early_iterations, early_exaggeration, momentum=0.5),
        Phase("optimisation", iterations, exaggeration),
    ]
    start = from_components(features[:, :2], seed=seed, jitter=jitter)
    return Plan(start, by_signs(features[:, :_SIGNS]), phases)


def solid(
    features: NDArray[np.integer],
    flat_map: NDArray[np.integer],
    *,
    exaggeration: float,
    iterations: int,
    start_scale: float,
    jitter: float,
    seed: int,
) -> Plan:
    """Plan a 3-D map, which starts from the finished 2-D one and the third component.

    Parameters
    ----------
    features : ndarray of integers, shape (n, d)
    flat_map : ndarray of integers, shape (n, 2)
        On its grid.
    exaggeration, iterations
        Of the only phase.
    start_scale, jitter, seed
        As in `from_flat_map`.
    """
    start = from_flat_map(flat_map, features[:, 2], start_scale, seed=seed, jitter=jitter)
    phases = [Phase("optimisation", iterations, exaggeration)]
    return Plan(start, by_strips(start), phases)


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


def by_signs(components: NDArray[np.integer]) -> NDArray[np.intp]:
    """Sort points by the signs of their principal components (their orthant).

    Most neighbours then lie near each other in memory, before there is a map to sort by. The
    attractive forces between 60,000 points take two thirds of the time.

    Parameters
    ----------
    components : ndarray of integers, shape (n, d)
        The leading principal components, most significant first; eight tell 256 orthants apart.

    Returns
    -------
    ndarray of int, shape (n,)
        Indices of the points in their new order; ties keep theirs.

    Examples
    --------
    >>> by_signs(np.array([[5, 1], [-2, 3], [4, -1], [-1, -6]])).tolist()
    [3, 1, 2, 0]
    """
    return np.lexsort((components > 0).T[::-1])


def by_strips(positions: NDArray[np.float64]) -> NDArray[np.intp]:
    """Sort points by position, along horizontal strips of the first two axes.

    Consecutive points then visit the same nodes of a Barnes-Hut tree, which stay in the
    processor's cache: half the time for 60,000 points.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, n_dims)

    Returns
    -------
    ndarray of int, shape (n,)
        Indices of the points in their new order.
    """
    x, y = positions[:, 0], positions[:, 1]
    strip = np.floor((y - y.min()) * (_STRIPS / (np.ptp(y) or 1.0)))
    return np.lexsort((x, strip))
