"""The course of an optimisation: where some of the points were on the way."""

import numpy as np
from numpy.typing import NDArray


class Course:
    """Collects the positions of some points at one iteration after the other.

    Parameters
    ----------
    rows : ndarray of int, shape (m,)
        Which of the points.

    Examples
    --------
    >>> course = Course(np.array([0, 2]))
    >>> course.add(0, np.array([[0.0], [1.0], [2.0]]))
    >>> course.add(5, np.array([[3.0], [4.0], [5.0]]))
    >>> course.arrays()["positions"][:, :, 0].tolist()
    [[0.0, 2.0], [3.0, 5.0]]
    """

    def __init__(self, rows: NDArray[np.integer]) -> None:
        self.rows = rows
        self.frames: list[tuple[int, NDArray[np.float32]]] = []

    def add(self, iteration: int, positions: NDArray[np.floating]) -> None:
        """Note where the points are; ``positions`` of all has the shape (n, n_dims)."""
        self.frames.append((iteration, positions[self.rows].astype(np.float32)))

    def arrays(self) -> dict[str, NDArray]:
        """Lay the course out: rows (m,), iterations (f,), and positions (f, m, n_dims)."""
        return {
            "rows": self.rows.astype(np.int32),
            "iterations": np.array([iteration for iteration, _ in self.frames], dtype=np.int32),
            "positions": np.stack([positions for _, positions in self.frames]),
        }
