"""The whole fitted model: from images to positions on the map, clusters and their names."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.clustering import kmeans
from mnist_clustering.distortion.ranking import Ranked, gradient_images, rank
from mnist_clustering.errors import InputError
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.levels import Levels
from mnist_clustering.features import descriptors
from mnist_clustering.features.deskew import deskew
from mnist_clustering.images import form
from mnist_clustering.model import novelty
from mnist_clustering.neighbors.nearest import Index
from mnist_clustering.tsne.placement import place

VERSION = 5
_DESCRIPTOR = "descriptor_"
_NO_NAME = -1
_CHUNK = 8192
# So many images next in feature space say how far images are from one another there, overrule the
# cluster of a picture if the first share of them agrees, and refuse one that fewer than the second
# bear out.
N_NEXT, _AGREEMENT, _SUPPORT = 15, 0.7, 0.3


@dataclass(frozen=True)
class Model:
    """All that is needed to place new images."""

    descriptor: descriptors.Descriptor
    features: NDArray[np.int16]  # (n, d), of the training images
    # (n, height, width), their gradient images (`distortion.gradient_images`). Empty if candidates
    # are not ranked again by the image distortion model.
    gradients: NDArray[np.uint8]
    embedding: NDArray[np.float32]  # (n, 2), the map of the training images
    centres: NDArray[np.int64]  # (m, 2), of the micro-clusters, on the grid of the map
    clusters: NDArray[np.int32]  # (m,), the cluster that each micro-cluster belongs to
    names: Sequence[int | str | None]  # the label that each cluster is named after
    # (n,), squared distance of each training image to its ``n_neighbors``-th nearest in feature
    # space.
    reaches: NDArray[np.int32]
    n_candidates: int  # training images, nearest in feature space, that are ranked
    n_neighbors: int  # training images, the first of these, that place a new one
    dataset: str  # name of what it was fitted to
    # Of its images: a name in `mnist_clustering.images.form`. Pictures are brought into it first.
    form: str
    levels: Levels | None = None  # what vectors are rounded by; None where it was fitted to images
    paper: int | None = None  # of a set that was brought into form (`images.resizing.paper_of`)
    limits: novelty.Limits = field(default_factory=novelty.Limits)

    @cached_property
    def index(self) -> Index:
        """The features prepared for the search, once for all images that come."""
        return Index(self.features)


@dataclass(frozen=True)
class Placed:
    """What the model says of n images, one row each."""

    positions: NDArray[np.float32]  # (n, 2)
    clusters: NDArray[np.int32]  # (n,)
    neighbors: NDArray[np.int32]  # (n, n_neighbors), the nearest training images, nearest first
    # (n, n_neighbors), squared distances to them: by the image distortion model in levels of the
    # gradient, or else in feature units (1 / 1024).
    distances: NDArray[np.int32]
    reasons: list[str | None]  # why an image is not a digit; None where it may be one
    # (n,), the first training image that has the same features; -1 for none.
    same: NDArray[np.int32]


def apply(
    model: Model,
    images: NDArray[np.uint8],
    n_jobs: int = 1,
    drawn: NDArray[np.bool_] | None = None,
) -> Placed:
    """Place images on the map, each by itself.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        In the form of the model; that of MNIST is light on dark, sized and centred.
    n_jobs : int
        Number of threads, on which the result does not depend.
    drawn : ndarray of bool, shape (n,), optional
        Which images were pictures brought into this form; by default none. Their limit of novelty
        is lower, and where seven tenths of the 15 images next in feature space belong to another
        cluster than the one they lie in, they are given that one. A cluster that fewer than three
        tenths of these belong to is no answer.

    Returns
    -------
    Placed
        The same bits for an image whatever others it comes with.
    """
    drawn = np.zeros(len(images), dtype=bool) if drawn is None else drawn
    starts = range(0, max(len(images), 1), _CHUNK)
    parts = [_nearest(model, images[start : start + _CHUNK], n_jobs) for start in starts]
    near = _Near(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    positions = place(model.embedding, near.neighbors)
    clusters = clusters_at(model, positions)
    scores = novelty_score(model, near.reaches, near.local, near.neighbors)
    reasons = novelty.judge(scores, images, model.limits, drawn)
    if drawn.any():
        local = _clusters_of(model, near.local[drawn])
        clusters[drawn] = own = _overrule(clusters[drawn], local)
        torn = (local == own[:, None]).sum(axis=1) < _SUPPORT * local.shape[1]
        for row in np.flatnonzero(drawn)[torn].tolist():
            reasons[row] = reasons[row] or novelty.TORN
    return Placed(positions, clusters, near.neighbors, near.distances, reasons, near.same)


def to_tiles(model: Model, vectors: NDArray[Any]) -> NDArray[np.uint8]:
    """Round new vectors as those that the model was fitted to, and lay them out for `apply`.

    Parameters
    ----------
    vectors : ndarray of finite numbers, shape (n, d)

    Returns
    -------
    ndarray of uint8, shape (n, height, width)

    Raises
    ------
    InputError
        If the model was fitted to images, or to vectors of another length.
    """
    if model.levels is None:
        raise InputError(f"the model of {model.dataset} places images, and no vectors: give images")
    wanted = len(model.levels.offset)
    if vectors.ndim != 2 or vectors.shape[1] != wanted or vectors.dtype.kind not in "iuf":
        raise InputError(
            f"holds {vectors.dtype} of shape {vectors.shape}, but the model of {model.dataset} "
            f"places vectors of shape (n, {wanted}): give what the same network says of images"
        )
    if bad := int((~np.isfinite(vectors)).any(axis=1).sum()):
        raise InputError(
            f"holds values that are no numbers (NaN, infinite) in {bad} of {len(vectors)} vectors: "
            "leave them out"
        )
    return form.to_tiles(model.levels.round(vectors))


def with_limits(
    model: Model,
    images: NDArray[np.uint8],
    candidates: NDArray[np.int32],
    neighbors: NDArray[np.int32],
    *,
    strangeness_quantile: float,
    drawn_quantile: float,
    fullness_quantile: float,
) -> Model:
    """Set the limits of novelty by the training images, whatever they were.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        The training images, in form.
    candidates, neighbors : ndarray of int32, shape (n, k)
        Of each training image those nearest to it, in feature space and ranked: at least
        `N_NEXT` and ``model.n_neighbors`` of them, or all.
    strangeness_quantile, drawn_quantile, fullness_quantile : float
        As in `novelty.fit`.
    """
    local, placed_by = candidates[:, :N_NEXT], neighbors[:, : model.n_neighbors]
    scores = novelty_score(model, model.reaches, local, placed_by)
    limits = novelty.fit(scores, images, strangeness_quantile, drawn_quantile, fullness_quantile)
    if not form.is_drawn(model.form):
        limits = replace(limits, fullness=np.nan)
    return replace(model, limits=limits)


def novelty_score(
    model: Model,
    distances: NDArray[np.integer],
    local: NDArray[np.int32],
    neighbors: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Measure how unlike images are to their neighbours (`novelty.novelty_score`).

    Parameters
    ----------
    distances : ndarray of integers, shape (n,)
        Squared distance to the ``n_neighbors``-th nearest training image in feature space.
    local : ndarray of int32, shape (n, `N_NEXT`)
        The nearest training images in feature space.
    neighbors : ndarray of int32, shape (n, n_neighbors)
        The training images that place them.
    """
    return novelty.novelty_score(distances, model.reaches[local], _clusters_of(model, neighbors))


def clusters_at(model: Model, positions: NDArray[np.float32]) -> NDArray[np.int32]:
    """Look up the clusters of positions on the map."""
    return model.clusters[kmeans.assign(snap(positions), model.centres)]


def _clusters_of(model: Model, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Look up the clusters of training images, by their rows."""
    return clusters_at(model, model.embedding[rows.ravel()]).reshape(rows.shape)


def _overrule(clusters: NDArray[np.int32], local: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give each image the cluster of most of its local neighbours, if nearly all agree."""
    votes = (local[:, :, None] == local[:, None, :]).sum(axis=2)
    rows, first = np.arange(len(local)), votes.argmax(axis=1)
    agreed = votes[rows, first] >= _AGREEMENT * local.shape[1]
    return np.where(agreed, local[rows, first], clusters)


class _Near(NamedTuple):
    """Of n images: what places them, with distances; what is next in feature space, and how far."""

    neighbors: NDArray[np.int32]
    distances: NDArray[np.int32]
    local: NDArray[np.int32]
    reaches: NDArray[np.int64]
    same: NDArray[np.int32]


def _nearest(model: Model, images: NDArray[np.uint8], n_jobs: int) -> _Near:
    """Find the nearest training images, as the stages neighbors and distortion do for test."""
    # Deskewed once, for features and gradients.
    upright = deskew(images) if model.descriptor.deskewed else images
    features = descriptors.transform(upright, replace(model.descriptor, deskewed=False))
    indices, distances = model.index.nearest(features, model.n_candidates, n_jobs)
    near = Ranked(indices, distances.astype(np.int32))
    if len(model.gradients):
        near = rank(gradient_images(upright), model.gradients, near.indices, n_jobs=n_jobs)
    near = near.first(model.n_neighbors)
    last = min(model.n_neighbors, distances.shape[1]) - 1
    same = np.where(distances[:, 0] == 0, indices[:, 0], np.int32(-1))
    return _Near(near.indices, near.distances, indices[:, :N_NEXT], distances[:, last], same)


def read(path: str | Path) -> tuple[Model, dict[str, NDArray]]:
    """Read a model; nothing in its file is executed.

    Returns
    -------
    arrays : dict of str to ndarray
        All arrays of the file.

    Raises
    ------
    InputError
        If the file is no archive of plain arrays, if an array is missing, or of another version of
        this layout.
    """
    try:
        if not zipfile.is_zipfile(path):
            raise InputError("no archive of arrays" if Path(path).is_file() else "there is no file")
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return from_arrays(arrays), arrays
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is not a fitted model ({error})") from None


# Arrays and numbers of a model by their names in its file, which are those of its fields.
_ARRAYS = ("features", "gradients", "embedding", "centres", "clusters")
_LIMITS = {"score": "limit_strangeness", "pictures": "limit_drawn", "fullness": "limit_fullness"}


def to_arrays(model: Model) -> dict[str, NDArray]:
    """Lay a model out as named arrays, for a file that holds no code."""
    described = descriptors.to_arrays(model.descriptor)
    levels = model.levels
    return {
        "version": np.array(VERSION),
        **{_DESCRIPTOR + name: array for name, array in described.items()},
        **{name: getattr(model, name) for name in _ARRAYS},
        "names": _to_array(model.names),
        "reaches": model.reaches,
        "n_candidates": np.array(model.n_candidates),
        "n_neighbors": np.array(model.n_neighbors),
        **{stored: np.array(getattr(model.limits, name)) for name, stored in _LIMITS.items()},
        "dataset": np.frombuffer(model.dataset.encode(), dtype=np.uint8),
        "form": np.frombuffer(model.form.encode(), dtype=np.uint8),
        **({"offset": levels.offset, "step": np.array(levels.step)} if levels else {}),
        **({} if model.paper is None else {"paper": np.array(model.paper)}),
    }


def _to_array(names: Sequence[int | str | None]) -> NDArray:
    """Keep names that are small numbers as such, all others as texts."""
    if any(isinstance(name, str) or (name or 0) > np.iinfo(np.int8).max for name in names):
        return np.array(["" if name is None else str(name) for name in names])
    return np.array([_NO_NAME if name is None else name for name in names], dtype=np.int8)


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
        limits = {name: float(arrays[stored].item()) for name, stored in _LIMITS.items()}
        return Model(
            descriptor=descriptors.from_arrays(described),
            **{name: arrays[name] for name in _ARRAYS},
            names=[None if name in (_NO_NAME, "") else name for name in arrays["names"].tolist()],
            reaches=arrays["reaches"],
            n_candidates=int(arrays["n_candidates"].item()),
            n_neighbors=int(arrays["n_neighbors"].item()),
            dataset=arrays["dataset"].tobytes().decode(),
            form=arrays["form"].tobytes().decode(),
            levels=Levels(arrays["offset"], arrays["step"].item()) if "step" in arrays else None,
            paper=int(arrays["paper"].item()) if "paper" in arrays else None,
            limits=novelty.Limits(**limits),
        )
    except KeyError as error:
        raise InputError(f"the model lacks the array {error}") from None
