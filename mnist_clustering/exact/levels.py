"""Vectors of floats rounded to bytes, so that all that follows is exact."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

# Vectors that are widened to float64 at once. It bounds the memory.
_BLOCK = 4096
_HIGHEST = 255


@dataclass(frozen=True)
class Levels:
    """A grid of 256 levels around the middle of each dimension, one step in all of them.

    Examples
    --------
    >>> vectors = np.array([[0.0, 5.0], [51.0, 5.0], [25.5, 6.0]])
    >>> levels = Levels.fit(vectors)
    >>> levels.step
    0.2
    >>> levels.round(vectors).tolist()
    [[0, 125], [255, 125], [128, 130]]
    """

    offset: NDArray[np.float64]  # (d,), the lowest level of each dimension
    step: float  # from one level to the next; distances keep their ratios but for the rounding

    @classmethod
    def fit(cls, vectors: NDArray[Any]) -> "Levels":
        """Lay the levels so that the widest dimension takes all 256.

        Parameters
        ----------
        vectors : ndarray of finite numbers, shape (n, d)

        Raises
        ------
        InputError
            If all vectors are alike, or lie too far apart for float64.
        """
        low, high = (extreme(vectors, axis=0).astype(np.float64) for extreme in (np.min, np.max))
        with np.errstate(over="ignore"):
            step = float((high - low).max()) / _HIGHEST
        if step == 0:
            raise InputError(
                f"has {len(vectors)} rows that are all alike: give embeddings that differ"
            )
        if not np.isfinite(step):
            raise InputError(
                f"has values from {low.min():g} to {high.max():g}, too far apart for float64: "
                "scale them"
            )
        # The middle of a dimension is in the middle of the bytes.
        return cls(low / 2 + high / 2 - _HIGHEST / 2 * step, step)

    def to_record(self) -> dict[str, Any]:
        """Lay the levels out for JSON, from which floats are read back to the bit."""
        return {"offset": self.offset.tolist(), "step": self.step}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Levels":
        """Restore what `to_record` laid out."""
        return cls(np.array(record["offset"], dtype=np.float64), record["step"])

    def round(self, vectors: NDArray[Any]) -> NDArray[np.uint8]:
        """Round vectors, shape (n, d), to the nearest levels; the outermost hold what is beyond."""
        rounded = np.empty(vectors.shape, dtype=np.uint8)
        for rows, shares in self._shares(vectors):
            rounded[rows] = np.clip(np.rint(shares), 0, _HIGHEST)
        return rounded

    def loss(self, vectors: NDArray[Any]) -> float:
        """Return the mean squared error of the rounding, as a share of the variance."""
        centre = (vectors.mean(axis=0, dtype=np.float64) - self.offset) / self.step
        error = spread = 0.0
        for _, shares in self._shares(vectors):
            error += float(((np.clip(np.rint(shares), 0, _HIGHEST) - shares) ** 2).sum())
            spread += float(((shares - centre) ** 2).sum())
        return error / spread

    def _shares(self, vectors: NDArray[Any]) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Express some vectors after the other in steps from the lowest level."""
        for start in range(0, len(vectors), _BLOCK):
            rows = slice(start, start + _BLOCK)
            # New vectors may lie anywhere.
            with np.errstate(over="ignore"):
                yield rows, (vectors[rows].astype(np.float64) - self.offset) / self.step
