"""Distances that tolerate small deformations: the image distortion model, in exact integers.

Each pixel of one image looks for its like within two pixels of its place in the other image. What
is compared is the gradients around the pixel, so a stroke that is a little longer, thicker or more
curved stays near. The distance is not symmetric: a digit with one more stroke contains the digit
without it, but is not contained in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.features.deskew import deskew
from mnist_clustering.images import form
from mnist_clustering.resources import run_in_threads

# Gradients run from -LEVELS to LEVELS, of which four bits hold the sign and the value.
LEVELS = 5
# The largest Sobel response, of a step from 0 to 255.
_LARGEST = 4 * 255
# Pixels that one may be displaced, and by which the context of a pixel extends.
_REACH = 2
_CONTEXT = 1
_MARGIN = _REACH + _CONTEXT
_PADDING = ((0, 0), (0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN))
# Of each side this share is cut off: in MNIST's form nothing is drawn there.
_CROPPED = 14
# Queries that a thread measures at once.
_BLOCK = 500
# NumPy measures fewer pairs than these in less time than it takes to load the compiled code.
_FEW = 10_000


@dataclass(frozen=True)
class Ranked:
    """The candidates of each image, nearest first."""

    indices: NDArray[np.int32]  # (m, k), equal distances are ordered by index
    distances: NDArray[np.int32]  # (m, k), sums of squared differences of gradients

    def first(self, k: int) -> "Ranked":
        """Keep the k nearest."""
        return Ranked(self.indices[:, :k], self.distances[:, :k])


def gradient_images(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Compute the gradients of images by the Sobel operator, in 11 levels each.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Deskewed; black beyond the border.

    Returns
    -------
    ndarray of uint8, shape (n, height - height // 14 * 2, width - width // 14 * 2)
        The middle of each image. The horizontal gradient is in the low four bits of a byte, the
        vertical one in the high four, each as a whole number from -5 to 5 in two's complement.
    """
    top, left = (side // _CROPPED for side in images.shape[1:])
    coded = np.empty(
        (len(images), images.shape[1] - 2 * top, images.shape[2] - 2 * left), dtype=np.uint8
    )
    for start in range(0, len(images), _BLOCK):
        part = slice(start, start + _BLOCK)
        wide = np.pad(images[part], ((0, 0), (1, 1), (1, 1))).astype(np.int16)
        down = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
        across = wide[:, :, :-2] + 2 * wide[:, :, 1:-1] + wide[:, :, 2:]
        horizontal = _level(down[:, :, 2:] - down[:, :, :-2])
        vertical = _level(across[:, 2:] - across[:, :-2])
        both = (horizontal & 15) | ((vertical & 15) << 4)
        coded[part] = both[:, top : both.shape[1] - top, left : both.shape[2] - left]
    return coded


def _level(response: NDArray[np.int16]) -> NDArray[np.int16]:
    """Round responses to whole levels, halves away from zero."""
    size = (2 * LEVELS * np.abs(response).astype(np.int32) + _LARGEST) // (2 * _LARGEST)
    return (np.sign(response) * size).astype(np.int16)


def decode(coded: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Part the two gradients again: from shape (n, height, width) to (n, 2, height, width)."""
    signed = coded.view(np.int8)
    return np.stack([(signed << 4) >> 4, signed >> 4], axis=1)


def gradients_of(
    images: NDArray[np.uint8], name: str, *, directions: str, deskewed: bool, n_jobs: int = 1
) -> NDArray[np.uint8]:
    """Compute the gradients of images, unless their form or the directions ask for none.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
    directions : {"both", "forward", "reverse", "none"}
    deskewed : bool
        Whether handwriting is deskewed first.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    ndarray of uint8
        As returned by `gradient_images`; of shape (0, 0, 0) with the directions "none", and of
        embeddings, which have no gradients.
    """
    if directions == "none" or not form.is_drawn(name):
        return np.empty((0, 0, 0), dtype=np.uint8)
    slanted = deskewed and form.is_deskewed(name)

    def compute(start: int) -> NDArray[np.uint8]:
        part = images[start : start + _BLOCK]
        return gradient_images(deskew(part) if slanted else part)

    starts = range(0, max(len(images), 1), _BLOCK)
    return np.concatenate(run_in_threads(compute, starts, n_jobs))


def check_candidates(candidates: NDArray[np.int32], wanted: int) -> None:
    """Refuse to keep more neighbours than there are candidates."""
    if wanted > candidates.shape[1]:
        raise InputError(
            f"{wanted} neighbours of each image are to be kept (distortion.k, or three times the "
            f"perplexity), but {candidates.shape[1]} were computed: lower it or raise neighbors.k"
        )


def rank(
    queries: NDArray[np.uint8],
    points: NDArray[np.uint8],
    candidates: NDArray[np.int32],
    *,
    n_jobs: int = 1,
    on_step: Callable[[int], object] = lambda images: None,
) -> Ranked:
    """Rank the candidates of each query by how well the query is found in them.

    Parameters
    ----------
    queries : ndarray of uint8, shape (m, height, width)
        As made by `gradient_images`.
    points : ndarray of uint8, shape (n, height, width)
    candidates : ndarray of int32, shape (m, k)
        Rows of ``points`` for each query.
    n_jobs : int
        Number of threads, on which the result does not depend.
    on_step : callable, optional
        Called with the number of queries that were measured since.

    Raises
    ------
    InputError
        If the images differ in size.

    Notes
    -----
    The distance of query i from point j is the sum, over the pixels p, of the minimum over
    displacements d of up to two pixels of ``sum |g_i(p + c) - g_j(p + d + c)|^2`` over the 3 x 3
    context c. At most 1,800 a pixel, so all sums are exact in any order. Source: Keysers,
    Deselaers, Gollan and Ney, "Deformation models for image recognition", IEEE TPAMI 29, 2007.
    """
    if queries.shape[1:] != points.shape[1:]:
        raise InputError(
            f"images of {queries.shape[1]} x {queries.shape[2]} cannot be compared with those of "
            f"{points.shape[1]} x {points.shape[2]} pixels: bring them to one size"
        )
    n_queries, k = candidates.shape
    starts = np.arange(n_queries + 1, dtype=np.int64) * k
    distances = _measure(queries, points, starts, candidates.ravel(), n_jobs, on_step)
    return _sorted(candidates, distances.reshape(n_queries, k), n_jobs)


def rank_both(
    near: Ranked,
    points: NDArray[np.uint8],
    *,
    k: int,
    directions: str,
    n_jobs: int = 1,
    on_step: Callable[[int], object] = lambda images: None,
) -> tuple[Ranked, Ranked]:
    """Rank the neighbours of each image again, in both directions.

    Parameters
    ----------
    near : Ranked
        The nearest neighbours of the points among themselves, in feature space.
    points : ndarray of uint8, shape (n, height, width)
        As made by `gradients_of`. Where it is empty, neighbours stay as they are.
    k : int
        How many of them to keep.
    directions : {"both", "forward", "reverse", "none"}
        One direction alone stands for both.
    n_jobs, on_step
        As in `rank`.

    Returns
    -------
    forward, reverse : Ranked
        By how well each image is found in its neighbours, and by how well they are found in it.

    Raises
    ------
    InputError
        If there are fewer than k neighbours.
    """
    check_candidates(near.indices, k)
    if not len(points):
        return near.first(k), near.first(k)
    forward = rank(points, points, near.indices, n_jobs=n_jobs, on_step=on_step)
    if directions == "forward":
        return forward.first(k), forward.first(k)
    backward = reverse(points, forward, k, n_jobs=n_jobs, on_step=on_step)
    return (backward if directions == "reverse" else forward.first(k)), backward


def reverse(
    points: NDArray[np.uint8],
    forward: Ranked,
    k: int,
    *,
    n_jobs: int = 1,
    on_step: Callable[[int], object] = lambda images: None,
) -> Ranked:
    """Rank the k nearest images of each by how well they are found in it.

    Parameters
    ----------
    points : ndarray of uint8, shape (n, height, width)
        As made by `gradient_images`.
    forward : Ranked
        As `rank` ranks the points themselves.
    """
    asked = forward.indices[:, :k]
    distances = np.full(asked.shape, -1, dtype=np.int32)

    def look_up(start: int) -> None:
        # Where an image is a candidate of its candidate, its distance is known.
        rows = np.arange(start, min(start + _BLOCK, len(asked)))
        theirs = forward.indices[asked[rows]] == rows[:, None, None]
        row, column = np.nonzero(theirs.any(axis=2))
        place = theirs[row, column].argmax(axis=1)
        distances[rows[row], column] = forward.distances[asked[rows[row], column], place]

    run_in_threads(look_up, range(0, len(asked), _BLOCK), n_jobs)
    image, column = np.nonzero(distances < 0)
    order = np.argsort(asked[image, column], kind="stable")
    image, column = image[order], column[order]
    counts = np.bincount(asked[image, column], minlength=len(points))
    starts = np.concatenate([[0], np.cumsum(counts)])
    found = _measure(points, points, starts, image.astype(np.int32), n_jobs, on_step)
    distances[image, column] = found
    return _sorted(asked, distances, n_jobs)


def _sorted(indices: NDArray[np.int32], distances: NDArray[np.int32], n_jobs: int) -> Ranked:
    """Sort each row by distance, some rows at once, for an order takes twice their memory."""
    ranked = Ranked(np.empty_like(indices), distances)

    def sort(start: int) -> None:
        part = slice(start, start + _BLOCK)
        order = np.lexsort((indices[part], distances[part]), axis=1)
        ranked.indices[part] = np.take_along_axis(indices[part], order, axis=1)
        ranked.distances[part] = np.take_along_axis(distances[part], order, axis=1)

    run_in_threads(sort, range(0, len(indices), _BLOCK), n_jobs)
    return ranked


def _measure(
    queries: NDArray[np.uint8],
    points: NDArray[np.uint8],
    starts: NDArray[np.int64],
    chosen: NDArray[np.int32],
    n_jobs: int,
    on_step: Callable[[int], object],
) -> NDArray[np.int32]:
    """Measure query i against the points ``chosen[starts[i]:starts[i + 1]]``, for every i."""
    distances = np.empty(len(chosen), dtype=np.int32)
    if len(chosen) <= _FEW:
        for i, (begin, end) in enumerate(pairwise(starts.tolist())):
            distances[begin:end] = measure_one(queries[i], points[chosen[begin:end]])
        on_step(len(queries))
        return distances
    # Imported where it is needed: numba takes a second.
    from mnist_clustering.distortion import kernel as distortion_kernel

    flat = points.reshape(len(points), -1).view(np.int8)
    # One workspace a thread, taken and put back.
    spare: SimpleQueue[Any] = SimpleQueue()
    for _ in range(n_jobs):
        spare.put(distortion_kernel.workspace(*points.shape[1:]))

    def work(first: int) -> None:
        own = np.pad(decode(queries[first : first + _BLOCK]), _PADDING)
        workspace = spare.get()
        distortion_kernel.measure(
            own, flat, starts[first:], chosen, 0, len(own), distances, workspace
        )
        spare.put(workspace)
        on_step(len(own))

    run_in_threads(work, range(0, len(queries), _BLOCK), n_jobs)
    return distances


def measure_one(query: NDArray[np.uint8], points: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Measure one query against a few points.

    Parameters
    ----------
    query : ndarray of uint8, shape (height, width)
        As made by `gradient_images`.
    points : ndarray of uint8, shape (k, height, width)

    Returns
    -------
    ndarray of int32, shape (k,)

    Examples
    --------
    A bar that moved by two pixels is as good as one that did not; by four, it is not:

    >>> images = np.zeros((3, 28, 28), dtype=np.uint8)
    >>> images[0, 8:20, 10:12] = images[1, 8:20, 12:14] = images[2, 8:20, 14:16] = 255
    >>> query, *points = gradient_images(images)
    >>> measure_one(query, np.stack([query, *points])).tolist()[:2]
    [0, 0]
    """
    height, width = query.shape
    own = np.pad(decode(query[None]), _PADDING)[0].astype(np.int16)[..., None]
    # Candidates along the last axis, where NumPy is quickest.
    theirs = np.ascontiguousarray(
        np.pad(decode(points), _PADDING).transpose(1, 2, 3, 0), dtype=np.int16
    )
    inner = own[:, _REACH:-_REACH, _REACH:-_REACH]
    lowest = np.full((height, width, len(points)), np.iinfo(np.int16).max, dtype=np.int16)
    for down in range(2 * _REACH + 1):
        for right in range(2 * _REACH + 1):
            moved = theirs[:, down : down + height + 2, right : right + width + 2]
            gap = inner - moved
            squares = (gap * gap).sum(axis=0, dtype=np.int16)
            rows = squares[:-2] + squares[1:-1] + squares[2:]
            context = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
            np.minimum(lowest, context, out=lowest)
    return lowest.sum(axis=(0, 1), dtype=np.int32)
