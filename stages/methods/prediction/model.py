"""The whole fitted model: from images to places on the map, clusters and digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.methods.clustering import kmeans
from stages.methods.embedding.neighbors import Index
from stages.methods.embedding.placement import place
from stages.methods.errors import InputError
from stages.methods.exact.grid import snap
from stages.methods.features import descriptors
from stages.methods.prediction import novelty

VERSION = 1
_DESCRIPTOR = "descriptor_"
_NO_DIGIT = -1
_CHUNK = 8192


@dataclass(frozen=True)
class Model:
    """All that is needed to place new images.

    Attributes
    ----------
    descriptor : Descriptor
    features : ndarray of int16, shape (n, d)
        Of the training images.
    embedding : ndarray of float32, shape (n, 2)
        The map of the training images.
    centres : ndarray of int64, shape (n_clusters, 2)
        Of the clusters, on the grid of the map.
    digits : sequence of int or None
        What each cluster stands for.
    n_neighbors : int
        Training images that place a new one.
    limits : novelty.Limits
    """

    descriptor: descriptors.Descriptor
    features: NDArray[np.int16]
    embedding: NDArray[np.float32]
    centres: NDArray[np.int64]
    digits: Sequence[int | None]
    n_neighbors: int
    limits: novelty.Limits


@dataclass(frozen=True)
class Placed:
    """What the model says of n images, one row each.

    Attributes
    ----------
    positions : ndarray of float32, shape (n, 2)
    clusters : ndarray of int32, shape (n,)
    neighbors : ndarray of int32, shape (n, n_neighbors)
        The nearest training images, nearest first.
    distances : ndarray of int64, shape (n, n_neighbors)
        Squared distances to them, in feature units (1 / 1024).
    reasons : list of str or None
        Why an image is not a digit; None where it may be one.
    """

    positions: NDArray[np.float32]
    clusters: NDArray[np.int32]
    neighbors: NDArray[np.int32]
    distances: NDArray[np.int64]
    reasons: list[str | None]


def apply(model: Model, images: NDArray[np.uint8]) -> Placed:
    """Place images on the map, each by itself.

    Parameters
    ----------
    model : Model
    images : ndarray of uint8, shape (n, 28, 28)
        In MNIST's form: light on dark, sized and centred.

    Returns
    -------
    Placed
        The same bits for an image whatever others it comes with.
    """
    index = Index(model.features)
    parts = [images[start : start + _CHUNK] for start in range(0, max(len(images), 1), _CHUNK)]
    found = [
        index.nearest(descriptors.transform(part, model.descriptor), model.n_neighbors)
        for part in parts
    ]
    neighbors, distances = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    positions = place(model.embedding, neighbors)
    clusters = kmeans.assign(snap(positions), model.centres)
    reasons = novelty.judge(distances[:, 0], images, model.limits)
    return Placed(positions, clusters, neighbors, distances, reasons)


def to_arrays(model: Model) -> dict[str, NDArray]:
    """Lay a model out as named arrays, for a file that holds no code."""
    described = descriptors.to_arrays(model.descriptor)
    digits = [_NO_DIGIT if digit is None else digit for digit in model.digits]
    return {
        "version": np.array(VERSION),
        **{_DESCRIPTOR + name: array for name, array in described.items()},
        "features": model.features,
        "embedding": model.embedding,
        "centres": model.centres,
        "digits": np.array(digits, dtype=np.int8),
        "n_neighbors": np.array(model.n_neighbors),
        "limit_distance": np.array(model.limits.distance),
        "limit_fullness": np.array(model.limits.fullness),
    }


def from_arrays(arrays: Mapping[str, NDArray]) -> Model:
    """Put a model together from the arrays of `to_arrays`.

    Raises
    ------
    InputError
        If an array is missing, or of another version of this layout.
    """
    try:
        version = int(arrays["version"].item())
        if version != VERSION:
            raise InputError(f"the model has layout {version}, but this code reads {VERSION}")
        described = {
            name.removeprefix(_DESCRIPTOR): array
            for name, array in arrays.items()
            if name.startswith(_DESCRIPTOR)
        }
        digits = arrays["digits"].tolist()
        return Model(
            descriptor=descriptors.from_arrays(described),
            features=arrays["features"],
            embedding=arrays["embedding"],
            centres=arrays["centres"],
            digits=[None if digit == _NO_DIGIT else digit for digit in digits],
            n_neighbors=int(arrays["n_neighbors"].item()),
            limits=novelty.Limits(
                distance=int(arrays["limit_distance"].item()),
                fullness=float(arrays["limit_fullness"].item()),
            ),
        )
    except KeyError as error:
        raise InputError(f"the model lacks the array {error}") from None
