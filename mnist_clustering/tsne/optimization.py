"""t-SNE maps by openTSNE.

openTSNE's affinities, FFT and Barnes-Hut gradients give the same bits for any number of threads,
and so does the initialization, which is computed from integers (`plans`).
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import openTSNE
from numpy.typing import NDArray
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from openTSNE.tsne import kl_divergence_bh, kl_divergence_fft

from mnist_clustering.errors import InputError
from mnist_clustering.neighbors.nearest import needed

# Iteration, KL divergence, name of the phase.
Curve = list[tuple[int, float, str]]
_MOMENTUM = 0.8
_REPORT_EVERY = 25
_FRAME_EVERY = 5


@dataclass(frozen=True)
class Phase:
    """Consecutive iterations with the same exaggeration."""

    name: str
    iterations: int
    exaggeration: float  # factor on the attractive forces between neighbours
    momentum: float = _MOMENTUM  # share of the previous update that is added to each update


def affinities(
    indices: NDArray[np.int32], distances: NDArray[np.int32], perplexity: float, n_jobs: int = 1
) -> PerplexityBasedNN:
    """Compute the affinities (joint probabilities) that t-SNE preserves.

    Parameters
    ----------
    indices, distances : ndarray of int32, shape (n, k)
        Neighbours of each point and their squared distances, nearest first.
    perplexity : float
        Effective number of neighbours; ``3 * perplexity`` are needed.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Raises
    ------
    InputError
        If there are too few neighbours for the perplexity.

    Notes
    -----
    Source: van der Maaten and Hinton, "Visualizing data using t-SNE", 2008.
    """
    wanted = needed(perplexity)
    if wanted > indices.shape[1]:
        raise InputError(
            f"perplexity {perplexity:g} needs {wanted} neighbours of each image, but "
            f"{indices.shape[1]} were computed: lower it to {indices.shape[1] // 3} or raise "
            "distortion.k and neighbors.k"
        )
    roots = np.sqrt(distances[:, :wanted].astype(np.float64))
    nearest = PrecomputedNeighbors(np.array(indices[:, :wanted]), roots)
    return PerplexityBasedNN(knn_index=nearest, perplexity=perplexity, n_jobs=n_jobs)


def mixed_affinities(
    forward: tuple[NDArray[np.int32], NDArray[np.int32]],
    reverse: tuple[NDArray[np.int32], NDArray[np.int32]],
    forward_weight: float,
    perplexity: float,
    n_jobs: int = 1,
) -> PerplexityBasedNN:
    """Average the affinities that the distances in two directions give; entries still sum to 1.

    Parameters
    ----------
    forward, reverse : (indices, distances)
        Nearest neighbours in either direction, as `affinities` takes them.
    forward_weight : float
        Weight of the forward direction; that of the reverse is 1.
    """
    # Of the one only the entries are kept, and the other is changed in place: they are large.
    other = affinities(*reverse, perplexity, n_jobs).P
    mixed = affinities(*forward, perplexity, n_jobs)
    mixed.P *= forward_weight
    # An entry is a sum of two terms, which has the same bits in either order.
    mixed.P = mixed.P + other
    del other
    mixed.P = mixed.P / (forward_weight + 1)
    return mixed


def check_neighbors(indices: NDArray[np.int32], wanted: int) -> None:
    """Refuse to place new images by more neighbours than were computed."""
    if wanted > indices.shape[1]:
        raise InputError(
            f"tsne.test_neighbors is {wanted}, but {indices.shape[1]} neighbours of each test "
            "image were computed: lower it or raise neighbors.test_k"
        )


def optimise(
    initialization: NDArray[np.float64],
    affinities: PerplexityBasedNN,
    phases: Sequence[Phase],
    *,
    order: NDArray[np.intp] | None = None,
    theta: float = 0.5,
    n_jobs: int = 1,
    on_step: Callable[[Curve], object] = lambda curve: None,
    on_frame: Callable[[int, NDArray[np.floating]], object] = lambda iteration, positions: None,
) -> tuple[NDArray[np.float32], Curve]:
    """Minimise the KL divergence between affinities and map by gradient descent.

    Parameters
    ----------
    initialization : ndarray of float64, shape (n, n_dims)
    order : ndarray of int, shape (n,), optional
        Order of the points in memory (`plans`), which decides the speed and the last bits;
        by default the order given.
    theta : float
        Trade-off between speed and accuracy of the Barnes-Hut approximation, which computes 3-D
        maps. It has no effect on 2-D maps, which are computed by FFT interpolation.
    n_jobs : int
        Number of threads, on which the result does not depend.
    on_step : callable, optional
        Called every 25 iterations with the curve so far.
    on_frame : callable, optional
        Called with 0 and the initialization, then every 5 iterations with the positions, in the
        order of ``plans``.

    Returns
    -------
    embedding : ndarray of float32, shape (n, n_dims)
        In the order of ``plans``.
    curve : list of (iteration, KL divergence, phase)
        The divergence is that of the unexaggerated affinities.

    Notes
    -----
    Sources: van der Maaten and Hinton 2008; Linderman et al. 2019 (FFT); Belkina et al. 2019
    (learning rate n / exaggeration); Poličar, Stražar and Zupan 2024 (openTSNE).
    """
    order = np.arange(len(initialization)) if order is None else order
    compute = kl_divergence_bh if initialization.shape[1] > 2 else kl_divergence_fft
    embedding = openTSNE.TSNEEmbedding(
        initialization[order], _reordered(affinities, order), theta=theta, n_jobs=n_jobs
    )
    curve: Curve = []
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    done = 0
    on_frame(0, initialization)
    for phase in phases:

        def see(iteration: int, moved: NDArray[np.floating], done: int = done) -> None:
            on_frame(done + iteration, np.asarray(moved)[place])

        def record(
            iteration: int,
            divergence: float,
            _: NDArray[np.floating],
            name: str = phase.name,
            done: int = done,
        ) -> None:
            curve.append((done + iteration, divergence, name))
            on_step(curve)

        embedding.optimize(
            phase.iterations,
            negative_gradient_method=_watched(compute, phase.iterations, see),
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
    result = np.empty(initialization.shape, dtype=np.float32)
    result[order] = embedding
    return result, curve


def _watched(
    compute: Callable[..., Any], last: int, see: Callable[[int, NDArray[np.floating]], object]
) -> Callable[..., Any]:
    """Show where the points are before every fifth update.

    A callback would show the same, but before each openTSNE computes the divergence, which takes a
    logarithm of every affinity.
    """
    calls = count(1)

    def gradient(moved: NDArray[np.floating], *affinities: Any, **options: Any) -> Any:
        iteration = next(calls)
        if iteration <= last and iteration % _FRAME_EVERY == 0:
            see(iteration, moved)
        return compute(moved, *affinities, **options)

    return gradient


def _reordered(affinities: PerplexityBasedNN, order: NDArray[np.intp]) -> PerplexityBasedNN:
    moved = copy(affinities)
    moved.P = affinities.P[order][:, order]
    moved.P.sort_indices()
    return moved


class Trajectory:
    """Collects the positions of some points at one iteration after the other.

    Parameters
    ----------
    rows : ndarray of int, shape (m,)
        Which of the points.

    Examples
    --------
    >>> trajectory = Trajectory(np.array([0, 2]))
    >>> trajectory.add(0, np.array([[0.0], [1.0], [2.0]]))
    >>> trajectory.add(5, np.array([[3.0], [4.0], [5.0]]))
    >>> trajectory.arrays()["positions"][:, :, 0].tolist()
    [[0.0, 2.0], [3.0, 5.0]]
    """

    def __init__(self, rows: NDArray[np.integer]) -> None:
        self.rows = rows
        self.frames: list[tuple[int, NDArray[np.float32]]] = []

    def add(self, iteration: int, positions: NDArray[np.floating]) -> None:
        """Note where the points are; ``positions`` of all has the shape (n, n_dims)."""
        self.frames.append((iteration, positions[self.rows].astype(np.float32)))

    def arrays(self) -> dict[str, NDArray]:
        """Lay the trajectory out: rows (m,), iterations (f,), and positions (f, m, n_dims)."""
        return {
            "rows": self.rows.astype(np.int32),
            "iterations": np.array([iteration for iteration, _ in self.frames], dtype=np.int32),
            "positions": np.stack([positions for _, positions in self.frames]),
        }
