"""Coarse features: fewer bits, and how far they may be from the true ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP = 8
_LARGEST = 127


def coarsen(features: NDArray[np.int16]) -> dict[str, Any]:
    """Round features to multiples of `STEP`, and note how far this moved each image.

    With these a page can tell which images cannot be among the nearest, and need not be given more.

    Parameters
    ----------
    features : ndarray of int16, shape (n, d)

    Returns
    -------
    dict
        "step"; "values", int8 of shape (d, n), to be multiplied by it; "error", int16 of shape
        (n,), the distance between the features of an image and these multiples, rounded up.

    Examples
    --------
    >>> found = coarsen(np.array([[80, 0], [83, -4]], dtype=np.int16))
    >>> found["values"].tolist(), found["error"].tolist()
    ([[10, 10], [0, 0]], [0, 5])
    """
    values = np.clip(np.rint(features / STEP), -_LARGEST, _LARGEST).astype(np.int8)
    gaps = features.astype(np.int64) - STEP * values.astype(np.int64)
    error = np.ceil(np.sqrt((gaps * gaps).sum(axis=1))).astype(np.int16)
    return {"step": STEP, "values": values.T, "error": error}
