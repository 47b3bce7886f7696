"""Copies among images: identical ones, near ones, and images that another one contains.

Candidates are what neighbour lists have, and images that share their bytes, their content wherever
it stands, or a quarter. Each pair is then compared pixel by pixel, in exact integers.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.compiled import compiled
from mnist_clustering.resources import run_in_threads

IDENTICAL, NEAR, CONTAINED, SIMILAR = KINDS = ("identical", "near", "contained", "similar")
_NONE = len(KINDS)
# Neighbours that are compared: a copy is among the very nearest.
_NEIGHBORS = 3
# Squared differences, in thousandths of the variances of both images, and the largest difference of
# a pixel: copies that were saved again as JPEG of quality 75, scaled by 2 % or shifted by a pixel
# stay within 6 and 55. The nearest two of MNIST's own have 4.5 and 59, the next 8.1 and 72.
_NEAR, _SIMILAR = 6, 20
_PIXEL = 55
_SCALES = (0.98, 1.02)
# Of the larger sum of levels, in percent: what a near copy may differ by, and what an image must
# have besides one that it contains.
_FAINTER, _MORE = 12, 3
# Pixels of a quarter that are not background, if it is to tell images apart.
_FEW = 12
# Images that a thread describes, and pairs that it compares, at once.
_BLOCK = 5000


class Copies(NamedTuple):
    """Pairs of images that are copies or alike, by kind, then by row.

    Attributes
    ----------
    pairs : ndarray of int64, shape (m, 2)
        Rows. Of identical images each is paired with the first; what contains another is second.
    kinds : list of str
        Of `KINDS`; "similar" are pairs that are no copies, but nearly as alike.
    """

    pairs: NDArray[np.int64]
    kinds: list[str]

    def table(self) -> dict[str, list[Any]]:
        """Lay the pairs out by column: "first", "second" and "kind"."""
        first, second = self.pairs.T.tolist()
        return {"first": first, "second": second, "kind": self.kinds}


def find(
    images: NDArray[np.uint8], neighbors: NDArray[np.integer] | None = None, n_jobs: int = 1
) -> Copies:
    """Find copies among images.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
    neighbors : ndarray of integers, shape (n, k), optional
        Rows of the images nearest to each, nearest first; without them only copies are found that
        share bytes with their original.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    Copies

    Notes
    -----
    A shift of an image with ink to its border is found if its neighbours have it; a crop that is
    enlarged is another image here.
    """
    same = identical(images).pairs
    first = np.arange(len(images))
    first[same[:, 1]] = same[:, 0]
    pairs = _candidates(images, neighbors)
    # Of identical images the first stands for all.
    pairs = np.unique(np.sort(first[pairs], axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    pairs, codes = _compared(images, pairs, n_jobs)
    pairs = np.concatenate([same, pairs])
    codes = np.concatenate([np.zeros(len(same), dtype=np.int64), codes])
    order = np.lexsort((pairs[:, 1], pairs[:, 0], codes))
    return Copies(pairs[order], [KINDS[code] for code in codes[order]])


def identical(images: NDArray[np.uint8]) -> Copies:
    """Find images that have the same bytes, which is all that is known of vectors.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
    """
    known: dict[bytes, int] = {}
    first = [known.setdefault(image.tobytes(), row) for row, image in enumerate(images)]
    pairs = [(before, row) for row, before in enumerate(first) if before != row]
    return Copies(np.array(pairs, dtype=np.int64).reshape(-1, 2), [IDENTICAL] * len(pairs))


def leaks(found: Copies, is_train: NDArray[np.bool_]) -> int:
    """Count the images of test that are a copy of one in train, contain it, or are a part of it."""
    pairs = found.pairs[np.array([kind != SIMILAR for kind in found.kinds], dtype=bool)]
    across = pairs[is_train[pairs[:, 0]] != is_train[pairs[:, 1]]]
    return len(np.unique(across[~is_train[across]]))


def _candidates(
    images: NDArray[np.uint8], neighbors: NDArray[np.integer] | None
) -> NDArray[np.int64]:
    """Pair images that are worth a comparison."""
    pairs = [_with_equal(_contents(images), None)]
    if neighbors is not None:
        near = neighbors[:, :_NEIGHBORS].astype(np.int64)
        own = np.broadcast_to(np.arange(len(near))[:, None], near.shape)
        pairs.append(np.column_stack([own.ravel(), near.ravel()]))
    middle = tuple(side // 2 for side in images.shape[1:])
    for down in (slice(None, middle[0]), slice(middle[0], None)):
        for right in (slice(None, middle[1]), slice(middle[1], None)):
            quarter = np.ascontiguousarray(images[:, down, right]).reshape(len(images), -1)
            drawn = (quarter != quarter[:, :1]).sum(axis=1) >= _FEW
            pairs.append(_with_equal([row.tobytes() for row in quarter], drawn))
    return np.concatenate(pairs)


def _contents(images: NDArray[np.uint8]) -> list[bytes]:
    """Cut off the margins in which nothing is, so that it does not matter where the rest stands."""
    drawn = images != images[:, :1, :1]
    spans = []
    for axis in (2, 1):
        there = drawn.any(axis=axis)
        spans += [there.argmax(axis=1), there.shape[1] - there[:, ::-1].argmax(axis=1)]
    bounds = np.column_stack(spans).tolist()
    return [
        image[top:bottom, left:right].tobytes() + bytes([bottom - top])
        for image, (top, bottom, left, right) in zip(images, bounds, strict=True)
    ]


def _with_equal(keys: list[bytes], chosen: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Pair each image with the one before it that has the same key."""
    last: dict[bytes, int] = {}
    pairs = []
    for row in range(len(keys)) if chosen is None else np.flatnonzero(chosen).tolist():
        if (before := last.get(keys[row])) is not None:
            pairs.append((before, row))
        last[keys[row]] = row
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _compared(
    images: NDArray[np.uint8], pairs: NDArray[np.int64], n_jobs: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Compare pairs; return those that are anything, what contains another second, and kinds."""
    used, places = np.unique(pairs, return_inverse=True)
    variants = np.empty((1 + len(_SCALES), len(used), *images.shape[1:]), dtype=np.uint8)
    sums, spreads = np.empty((2, len(used)), dtype=np.int64)

    def describe(start: int) -> None:
        part = slice(start, start + _BLOCK)
        chosen = variants[0, part] = images[used[part]]
        for variant, factor in zip(variants[1:], _SCALES, strict=True):
            variant[part] = _scaled(chosen, factor)
        values = chosen.reshape(len(chosen), -1).astype(np.int64)
        sums[part] = own = values.sum(axis=1)
        spreads[part] = (values * values).sum(axis=1) - own * own // values.shape[1]

    run_in_threads(describe, range(0, len(used), _BLOCK), n_jobs)
    codes = np.empty(len(pairs), dtype=np.int64)
    places = places.reshape(pairs.shape)

    def classify(start: int) -> None:
        part = slice(start, start + _BLOCK)
        _classify(variants, sums, spreads, places[part], codes[part])

    run_in_threads(classify, range(0, len(pairs), _BLOCK), n_jobs)
    # The second contains the first, or the other way round.
    turned = codes == _NONE + 1
    pairs[turned] = pairs[turned, ::-1]
    codes[turned] = KINDS.index(CONTAINED)
    return pairs[codes < _NONE], codes[codes < _NONE]


def _scaled(images: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Scale images about their middle, by bilinear interpolation."""
    n, height, width = images.shape
    across = images.reshape(-1, width).astype(np.float32) @ _weights(width, factor).T
    down = np.matmul(_weights(height, factor), across.reshape(n, height, width))
    return np.rint(down, out=down).astype(np.uint8)


def _weights(side: int, factor: float) -> NDArray[np.float32]:
    # In 64ths, so that all products and sums are exact.
    places = np.clip((np.arange(side) - (side - 1) / 2) / factor + (side - 1) / 2, 0, side - 1)
    left = np.minimum(places.astype(int), side - 2)
    part = np.rint((places - left) * 64) / 64
    weights = np.zeros((side, side), dtype=np.float32)
    weights[np.arange(side), left] = 1 - part
    weights[np.arange(side), left + 1] += part
    return weights


@compiled
def _classify(variants, sums, spreads, pairs, codes):  # type: ignore[no-untyped-def]
    """Write the kind of each pair, `_NONE` for none; one more if the first contains the second."""
    for i in range(len(pairs)):
        one, other = pairs[i]
        total = spreads[one] + spreads[other]
        low, high = min(sums[one], sums[other]), max(sums[one], sums[other])
        best, is_near = _SIMILAR * total // 1000 + 1, False
        if 100 * (high - low) <= _FAINTER * high:
            for scale in range(len(variants)):
                for a, b in ((one, other), (other, one)):
                    found, near = _apart(variants[scale, a], variants[0, b], best, _NEAR * total)
                    best, is_near = min(best, found), is_near or near
        codes[i] = _NONE
        if is_near:
            codes[i] = 1
        elif 100 * (high - low) >= _MORE * high and low > 0:
            inner, outer = (one, other) if sums[one] < sums[other] else (other, one)
            limit = 2 * _NEAR * spreads[inner] // 1000
            if _holds(variants[0, inner], variants[0, outer], limit):
                codes[i] = 2 if inner == one else _NONE + 1
        if codes[i] == _NONE and 1000 * best <= _SIMILAR * total:
            codes[i] = 3


@compiled
def _apart(image, other, limit, near):  # type: ignore[no-untyped-def]
    """Least sum of squared differences over shifts, if it is below a limit; whether it is near."""
    height, width = image.shape
    is_near = False
    for down in range(-1, 2):
        for right in range(-1, 2):
            total, largest = np.int64(0), np.int64(0)
            for y in range(1, height - 1):
                for x in range(1, width - 1):
                    gap = np.int64(image[y + down, x + right]) - np.int64(other[y, x])
                    total += gap * gap
                    largest = max(largest, abs(gap))
                if total > limit:
                    break
            if total <= limit:
                limit = total
                if 1000 * total <= near and largest <= _PIXEL:
                    is_near = True
    return limit, is_near


@compiled
def _holds(image, other, limit):  # type: ignore[no-untyped-def]
    """Whether ``other`` has all of ``image`` where it is, or within a pixel, and more elsewhere."""
    height, width = image.shape
    ground = image[0, 0]
    for down in range(-1, 2):
        for right in range(-1, 2):
            total, more, whole, largest = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
            for y in range(1, height - 1):
                for x in range(1, width - 1):
                    value = image[y + down, x + right]
                    gap = np.int64(other[y, x]) - np.int64(value)
                    if value != ground:
                        total += gap * gap
                        largest = max(largest, abs(gap))
                    elif gap > 0:
                        more += gap
                    whole += other[y, x]
                if total > limit:
                    break
            if total <= limit and largest <= _PIXEL and 100 * more >= _MORE * whole:
                return True
    return False
