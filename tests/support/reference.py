"""Slow and plain computations that several tests compare with."""

import numpy as np


def squared_distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return squared distances in whole numbers, of shape (centres, points)."""
    return np.stack([((points.astype(int) - c) ** 2).sum(axis=1) for c in centres.astype(int)])


def nearest_by_brute_force(
    points: np.ndarray, queries: np.ndarray, k: int, *, itself: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Order all points by distance, then index; ``itself`` leaves each query out of its own row."""
    difference = queries[:, None, :].astype(np.int64) - points.astype(np.int64)
    distances = (difference**2).sum(axis=2)
    if itself:
        np.fill_diagonal(distances, np.iinfo(np.int64).max)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distances, order, axis=1)
