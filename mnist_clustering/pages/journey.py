"""Other maps of some of the images: on the way to the map of the run, and made otherwise."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.pages.compact import compact


def shown(
    course: Mapping[str, NDArray[Any]], maps: Mapping[str, NDArray[Any]], images: bytes
) -> dict[str, Any]:
    """Compact the course of an optimisation, and maps that a study made of the same images.

    Parameters
    ----------
    course : mapping of str to ndarray
        As written by `mnist_clustering.tsne.optimization.Trajectory`.
    maps : mapping of str to ndarray
        As written by ``dev/studies/maps.py``: the last is of another route.
    images : bytes
        Content of the file of the training images.

    Returns
    -------
    dict
        "rows", "iterations", "steps" (int16, of the shape of the positions) and "units" of the
        frames: positions are steps times units. Likewise "perplexities", "steps" and "units" of
        "others", which is None if the maps are of other images.
    """
    frames = [compact(positions) for positions in course["positions"]]
    same = maps["images"].tobytes() == hashlib.md5(images).digest()
    others = None
    if same and np.array_equal(maps["rows"], course["rows"]):
        others = {
            "perplexities": maps["perplexities"].tolist(),
            "steps": maps["steps"],
            "units": maps["units"].tolist(),
        }
    return {
        "rows": course["rows"],
        "iterations": course["iterations"].tolist(),
        "steps": np.stack([steps for steps, _ in frames]),
        "units": [unit for _, unit in frames],
        "others": others,
    }
