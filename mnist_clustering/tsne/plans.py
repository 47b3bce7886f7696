"""How a map is optimised: where its points start, their order in memory, and the phases."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.tsne import initialization, memory_order
from mnist_clustering.tsne.optimization import Phase

# Signs of so many components tell 256 orthants apart, by which points are ordered in memory.
_SIGNS = 8


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
        As in `initialization.from_components`.
    """
    phases = [
        Phase("early_exaggeration", early_iterations, early_exaggeration, momentum=0.5),
        Phase("optimisation", iterations, exaggeration),
    ]
    start = initialization.from_components(features[:, :2], seed=seed, jitter=jitter)
    return Plan(start, memory_order.by_signs(features[:, :_SIGNS]), phases)


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
        As in `initialization.from_flat_map`.
    """
    start = initialization.from_flat_map(
        flat_map, features[:, 2], start_scale, seed=seed, jitter=jitter
    )
    phases = [Phase("optimisation", iterations, exaggeration)]
    return Plan(start, memory_order.by_strips(start), phases)
