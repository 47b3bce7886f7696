"""t-SNE maps by openTSNE.

openTSNE's affinities, FFT and Barnes-Hut gradients give the same bits for any number of threads;
the start of the map is made here from integers, so that it does too.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import openTSNE
from numpy.typing import NDArray
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors

from stages.methods.errors import InputError
from stages.methods.exact.grid import STEPS, variance

_MOMENTUM = 0.8
_REPORT_EVERY = 25
_STRIPS = 32


@dataclass(frozen=True)
class Phase:
    """A run of iterations under one exaggeration.

    Attributes
    ----------
    name : str
    iterations : int
    exaggeration : float
        Factor on the attraction between neighbours.
    momentum : float
    """

    name: str
    iterations: int
    exaggeration: float
    momentum: float = _MOMENTUM


def affinities(
    indices: NDArray[np.int32], distances: NDArray[np.int32], perplexity: float, n_jobs: int = 1
) -> PerplexityBasedNN:
    """Turn nearest neighbours into the probabilities that t-SNE preserves.

    Parameters
    ----------
    indices, distances : ndarray of int32, shape (n, k)
        Neighbours of each point and their squared distances, nearest first.
    perplexity : float
        Needs ``3 * perplexity`` neighbours.
    n_jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    openTSNE.affinity.PerplexityBasedNN

    Raises
    ------
    InputError
        If there are too few neighbours for the perplexity.
    """
    wanted = int(3 * perplexity)
    if wanted > indices.shape[1]:
        raise InputError(
            f"perplexity {perplexity:g} needs {wanted} neighbours of each image, but "
            f"{indices.shape[1]} were computed: lower it to {indices.shape[1] // 3} or raise "
            "neighbors.k"
        )
    roots = np.sqrt(distances[:, :wanted].astype(np.float64))
    nearest = PrecomputedNeighbors(np.array(indices[:, :wanted]), roots)
    return PerplexityBasedNN(knn_index=nearest, perplexity=perplexity, n_jobs=n_jobs)


def check_neighbors(indices: NDArray[np.int32], wanted: int) -> None:
    """Refuse to place new images by more neighbours than were computed.

    Raises
    ------
    InputError
    """
    if wanted > indices.shape[1]:
        raise InputError(
            f"tsne.test_neighbors is {wanted}, but {indices.shape[1]} neighbours of each test "
            "image were computed: lower it or raise neighbors.test_k"
        )


def start(columns: NDArray[np.integer], *, seed: int, jitter: float) -> NDArray[np.float64]:
    """Lay the points out before optimisation: principal components with a little noise.

    Parameters
    ----------
    columns : ndarray of integers, shape (n, n_dims)
    seed : int
        For `numpy.random.default_rng`.
    jitter : float
        Half the width of the uniform noise, in standard deviations of the first column.

    Returns
    -------
    ndarray of float64, shape (n, n_dims)
        The first column has a standard deviation of 1e-4 (but for the noise).
    """
    return (columns / _deviation(columns[:, 0]) + _noise(columns.shape, seed, jitter)) * 1e-4


def start_above(
    flat_map: NDArray[np.integer],
    depth: NDArray[np.integer],
    scale: float,
    *,
    seed: int,
    jitter: float,
) -> NDArray[np.float64]:
    """Start a 3-D map from a finished 2-D one, which saves most of the iterations.

    Parameters
    ----------
    flat_map : ndarray of integers, shape (n, 2)
        On the grid of maps.
    depth : ndarray of integers, shape (n,)
        The third principal component; as widely spread as the first axis of the map.
    scale : float
        Factor on the map, which makes room to move.
    seed, jitter
        As in `start`.

    Returns
    -------
    ndarray of float64, shape (n, 3)
    """
    unit = _deviation(flat_map[:, 0])
    solid = np.column_stack([flat_map / unit, depth / _deviation(depth)])
    return (solid + _noise(solid.shape, seed, jitter)) * (scale * unit / STEPS)


def _deviation(column: NDArray[np.integer]) -> float:
    return float(np.sqrt(variance(column))) or 1.0


def _noise(shape: tuple[int, ...], seed: int, jitter: float) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(-jitter, jitter, shape)


def spatial_order(places: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order points so that those that lie together follow each other.

    Walks over the first two axes strip by strip. Points in a row then visit the same nodes of a
    Barnes-Hut tree, which stay in the processor's cache: half the time for 60,000 points.

    Parameters
    ----------
    places : ndarray of float64, shape (n, n_dims)

    Returns
    -------
    ndarray of int, shape (n,)
    """
    x, y = places[:, 0], places[:, 1]
    strip = np.floor((y - y.min()) * (_STRIPS / (np.ptp(y) or 1.0)))
    return np.lexsort((x, strip))


def orthant_order(columns: NDArray[np.integer]) -> NDArray[np.intp]:
    """Order points by the signs of their principal components, the first one first.

    Neighbours then mostly lie near each other in memory, before there is any map to go by: two
    thirds of the time for the attraction between 60,000 points.

    Parameters
    ----------
    columns : ndarray of integers, shape (n, d)
        The leading principal components; eight tell 256 orthants apart.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    return np.lexsort((columns > 0).T[::-1])


def optimise(
    start: NDArray[np.float64],
    affinities: PerplexityBasedNN,
    phases: Sequence[Phase],
    *,
    order: NDArray[np.intp] | None = None,
    theta: float = 0.5,
    n_jobs: int = 1,
    on_step: Callable[[str, int, float], object] = lambda phase, iteration, divergence: None,
) -> tuple[NDArray[np.float32], list[tuple[int, float, str]]]:
    """Move the points until neighbours lie together: t-SNE's gradient descent.

    Parameters
    ----------
    start : ndarray of float64, shape (n, n_dims)
    affinities : openTSNE.affinity.PerplexityBasedNN
    phases : sequence of Phase
    order : ndarray of int, shape (n,), optional
        In which points lie in memory meanwhile, and so are added up; it decides the time, and
        the last bits. By default as they are given.
    theta : float
        Trade-off between speed and accuracy of Barnes-Hut, which maps in 3-D are made with; those
        in 2-D are interpolated by FFT.
    n_jobs : int
        Threads; the result does not depend on it.
    on_step : callable, optional
        Called every 25 iterations with phase, iteration and KL divergence.

    Returns
    -------
    embedding : ndarray of float32, shape (n, n_dims)
    curve : list of (iteration, KL divergence, phase)
        The divergence of the map from the unexaggerated affinities.

    Notes
    -----
    Sources: van der Maaten and Hinton 2008; Linderman et al. 2019 (FFT); Belkina et al. 2019
    (learning rate n / exaggeration); Poličar, Stražar and Zupan 2024 (openTSNE).
    """
    order = np.arange(len(start)) if order is None else order
    embedding = openTSNE.TSNEEmbedding(
        start[order],
        _reordered(affinities, order),
        negative_gradient_method="bh" if start.shape[1] > 2 else "fft",
        theta=theta,
        n_jobs=n_jobs,
    )
    curve: list[tuple[int, float, str]] = []
    done = 0
    for phase in phases:

        def record(
            iteration: int, divergence: float, _: object, name: str = phase.name, done: int = done
        ) -> None:
            curve.append((done + iteration, divergence, name))
            on_step(name, done + iteration, divergence)

        embedding.optimize(
            phase.iterations,
            exaggeration=phase.exaggeration,
            momentum=phase.momentum,
            learning_rate="auto",
            inplace=True,
            propagate_exception=True,
            callbacks=record,
            callbacks_every_iters=_REPORT_EVERY,
        )
        done += phase.iterations
        if not curve or curve[-1][0] != done:
            curve.append((done, float(embedding.kl_divergence), phase.name))
    result = np.empty(start.shape, dtype=np.float32)
    result[order] = embedding
    return result, curve


def _reordered(affinities: PerplexityBasedNN, order: NDArray[np.intp]) -> PerplexityBasedNN:
    moved = copy(affinities)
    moved.P = affinities.P[order][:, order]
    moved.P.sort_indices()
    return moved
