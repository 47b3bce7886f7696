"""The same points and distances where coordinates are two or three: compiled, not by products.

With so few coordinates a product of matrices spends its time on writing what is read once. Import
this module only where it is used: numba takes half a second, and as much again to compile once.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.compiled import compiled
from mnist_clustering.exact.points import ExactPoints

# Points that stay in the nearest cache while all centres pass by.
_BLOCK = 256


class PlanePoints(ExactPoints):
    """As `ExactPoints`, of points with at most three coordinates, and with the same results.

    Differences of integers, their squares and the sums of these are integers below 2**53, which
    float64 represents exactly.
    """

    def __init__(self, points: NDArray[np.integer], n_jobs: int = 1) -> None:
        super().__init__(points, n_jobs)
        self.columns = _padded(points).T.copy()

    def nearest_centres(
        self, centres: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Assign each point to its nearest centre: see `ExactPoints.nearest_centres`."""
        labels = np.empty((len(centres), len(self)), dtype=np.int32)
        distances = np.empty((len(centres), len(self)), dtype=np.int64)
        solid = _padded(centres)
        step = -(-len(self) // (self.n_jobs * _BLOCK)) * _BLOCK

        def assign(start: int) -> None:
            _assign(self.columns, solid, labels, distances, start, min(start + step, len(self)))

        self._map(assign, range(0, len(self), step))
        return labels, distances

    def best_of(
        self, candidates: NDArray[np.int64], nearest: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Choose the candidates that lower distances most: see `ExactPoints.best_of`."""
        best, lowered = np.empty(len(candidates), dtype=np.int64), nearest.copy()
        solid = _padded(candidates)

        def choose(each: int) -> None:
            best[each] = _choose(self.columns, solid[each], lowered[each])

        self._map(choose, range(len(candidates)))
        return best, lowered


def _padded(points: NDArray[np.integer]) -> NDArray[np.float64]:
    """Give points a third coordinate, 0, where they have fewer."""
    padded = np.zeros((*points.shape[:-1], 3))
    padded[..., : points.shape[-1]] = points
    return padded


@compiled
def _assign(columns, centres, labels, distances, start, stop):  # type: ignore[no-untyped-def]
    """Write labels and distances of the points from ``start`` to ``stop``."""
    least, nearest = np.empty(_BLOCK), np.empty(_BLOCK, np.int64)
    for first in range(start, stop, _BLOCK):
        n = min(_BLOCK, stop - first)
        x, y, z = (
            columns[0, first : first + n],
            columns[1, first : first + n],
            columns[2, first : first + n],
        )
        for each in range(len(centres)):
            least[:n] = np.inf
            for j in range(centres.shape[1]):
                a, b, c = centres[each, j]
                for i in range(n):
                    distance = (x[i] - a) ** 2 + (y[i] - b) ** 2 + (z[i] - c) ** 2
                    if distance < least[i]:
                        least[i], nearest[i] = distance, j
            for i in range(n):
                labels[each, first + i] = nearest[i]
                distances[each, first + i] = np.int64(least[i])


@compiled
def _choose(columns, candidates, nearest):  # type: ignore[no-untyped-def]
    """Return the candidate with the lowest sum of distances, to which ``nearest`` is lowered."""
    best, least = 0, np.int64(-1)
    for j in range(len(candidates)):
        a, b, c = candidates[j]
        total = np.int64(0)
        for i in range(columns.shape[1]):
            distance = (
                (columns[0, i] - a) ** 2 + (columns[1, i] - b) ** 2 + (columns[2, i] - c) ** 2
            )
            total += min(np.int64(distance), nearest[i])
        if least < 0 or total < least:
            best, least = j, total
    a, b, c = candidates[best]
    for i in range(columns.shape[1]):
        distance = (columns[0, i] - a) ** 2 + (columns[1, i] - b) ** 2 + (columns[2, i] - c) ** 2
        nearest[i] = min(np.int64(distance), nearest[i])
    return best
