"""The whole route from images to a fitted model: what the stages do one after another, at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import limits as fitting
from mnist_clustering import resources
from mnist_clustering.clustering import criteria, kmeans, merging, micro
from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.features import descriptors
from mnist_clustering.images import splitting
from mnist_clustering.limits import AUTO
from mnist_clustering.model import fitted as model
from mnist_clustering.neighbors.nearest import nearest, needed
from mnist_clustering.tsne import optimization as tsne
from mnist_clustering.tsne import plans, scale

Params = Mapping[str, Mapping[str, Any]]


class _Neighbors(NamedTuple):
    """Of each training image: those nearest in feature space, and those ranked in two ways."""

    next_: NDArray[np.int32]
    reaches: NDArray[np.int32]
    gradients: NDArray[np.uint8]
    forward: distortion.Ranked
    reverse: distortion.Ranked


class Fitted(NamedTuple):
    """A model, and where it puts the images that it was fitted to.

    Attributes
    ----------
    model : Model
    positions : ndarray of float32, shape (n, 2)
    clusters : ndarray of int32, shape (n,)
    """

    model: model.Model
    positions: NDArray[np.float32]
    clusters: NDArray[np.int32]


def fit(
    images: NDArray[np.uint8],
    form: str,
    n_clusters: int | str,
    params: Params,
    *,
    dataset: str,
    n_jobs: int = 1,
) -> Fitted:
    """Describe images, map them, divide the map into clusters, and keep what places new ones.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        In form.
    form : str
        As `images.form` names it.
    n_clusters : int or "auto"
        With "auto", the number that the silhouette prefers.
    params : mapping of str to mapping
        As `estimators.settings.DEFAULTS`; those that n images do not allow are lowered.
    dataset : str
        What to call the images.
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    Fitted
        The clusters of its model have no names.

    Raises
    ------
    InputError
        If there are more clusters than images, or if params do not fit one another.
    """
    split = params["split"]
    every = {"train": np.arange(len(images)), "test": np.arange(0)}
    parts = splitting.landmarks(every, split["landmarks"], split["seed"])
    train, rest = parts["train"], parts["rest"]
    if not len(rest):
        made = _fit(images, form, n_clusters, params, dataset, n_jobs)
        return Fitted(made, made.embedding, model.clusters_at(made, made.embedding))
    made = _fit(images[train], form, n_clusters, params, dataset, n_jobs)
    placed = model.apply(made, images[rest], n_jobs)
    positions = np.empty((len(images), 2), dtype=np.float32)
    positions[train], positions[rest] = made.embedding, placed.positions
    return Fitted(made, positions, model.clusters_at(made, positions))


def _fit(
    images: NDArray[np.uint8],
    form: str,
    n_clusters: int | str,
    params: Params,
    dataset: str,
    n_jobs: int,
) -> model.Model:
    """Fit a model to images that all lie on the map."""
    own = {name: fitting.fitting(name, section, len(images)) for name, section in params.items()}
    if n_clusters != AUTO:
        own["micro"]["micro_clusters"] = max(own["micro"]["micro_clusters"], n_clusters)
    descriptor, features = descriptors.describe(images, form, n_jobs=n_jobs, **own["features"])
    resources.give_back_memory()
    near = _neighbors(images, features, form, own, n_jobs)
    resources.give_back_memory()
    candidates = fitting.perplexities(params["tsne"]["perplexity"], len(images))
    embedding = scale.choose(
        candidates,
        lambda perplexity: _map(features, near, own["tsne"] | {"perplexity": perplexity}, n_jobs),
        lambda made: made,
        features,
        n_jobs,
    )[1]
    resources.give_back_memory()
    centres, clusters = _divide(snap(embedding), near, n_clusters, own, n_jobs)
    fitted = model.Model(
        descriptor=descriptor,
        features=features,
        gradients=near.gradients,
        embedding=embedding,
        centres=centres,
        clusters=clusters,
        names=[None] * (int(clusters.max()) + 1),
        reaches=near.reaches,
        n_candidates=own["neighbors"]["test_k"],
        n_neighbors=own["tsne"]["test_neighbors"],
        dataset=dataset,
        form=form,
    )
    return model.with_limits(fitted, images, near.next_, near.forward.indices, **own["bundle"])


def _neighbors(
    images: NDArray[np.uint8], features: NDArray[np.int16], form: str, params: Params, n_jobs: int
) -> _Neighbors:
    """Find the nearest images in feature space, and rank them by the image distortion model."""
    number = params["neighbors"]["k"]
    indices, exact = nearest(features, k=number, n_jobs=n_jobs)
    distances = exact.astype(np.int32)
    del exact
    resources.give_back_memory()
    last = min(params["tsne"]["test_neighbors"], number) - 1
    # Copies, for a view would keep all neighbours in memory.
    next_, reaches = indices[:, : model.N_NEXT].copy(), distances[:, last].copy()
    k, directions = params["distortion"]["k"], params["distortion"]["directions"]
    deskewed = params["features"]["deskew"]
    gradients = distortion.gradients_of(
        images, form, directions=directions, deskewed=deskewed, n_jobs=n_jobs
    )
    forward, reverse = distortion.rank_both(
        distortion.Ranked(indices, distances),
        gradients,
        k=needed(params["tsne"]["perplexity"]) if k == AUTO else k,
        directions=directions,
        n_jobs=n_jobs,
    )
    kept = distortion.Ranked(forward.indices.copy(), forward.distances.copy())
    return _Neighbors(next_, reaches, gradients, kept, reverse)


def _map(
    features: NDArray[np.int16], near: _Neighbors, params: Mapping[str, Any], n_jobs: int
) -> NDArray[np.float32]:
    """Make the 2-D map."""
    plan = plans.flat(
        features, exaggeration=params["exaggeration"], seed=params["seed"], **params["map_2d"]
    )
    affinities = tsne.mixed_affinities(
        (near.forward.indices, near.forward.distances),
        (near.reverse.indices, near.reverse.distances),
        params["forward_weight"],
        params["perplexity"],
        n_jobs,
    )
    resources.give_back_memory()
    return tsne.optimise(plan.start, affinities, plan.phases, order=plan.order, n_jobs=n_jobs)[0]


def _divide(
    points: NDArray[np.integer],
    near: _Neighbors,
    n_clusters: int | str,
    params: Params,
    n_jobs: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Find the clusters of the map: centres, and the cluster that each belongs to."""
    k = _preferred_k(points, params["elbow"], n_jobs) if n_clusters == AUTO else int(n_clusters)
    plain = kmeans.fit(points, k, n_jobs=n_jobs, **params["recluster"])
    options = dict(params["micro"])
    edges = options.pop("edges")
    forward, reverse = near.forward.indices[:, :edges], near.reverse.indices[:, :edges]
    fine = micro.fit(points, forward, reverse, n_jobs=n_jobs, **options)
    merged = merging.partition(fine.merges, k)
    if merging.corrects(plain.labels, merged[fine.labels]):
        return fine.centres, merged
    return plain.centres, np.arange(len(plain.centres), dtype=np.int32)


def _preferred_k(points: NDArray[np.integer], params: Mapping[str, Any], n_jobs: int) -> int:
    """Find the number of clusters that the silhouette prefers."""
    judge = criteria.Judge(points, fixed_sample(len(points), params["silhouette_sample"]))
    numbers = range(params["k_min"], params["k_max"] + 1)
    found = criteria.clusterings(
        points,
        numbers,
        n_init=params["map_starts"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=n_jobs,
    )
    judged = [judge.criteria(each) for each in found]
    return max(judged, key=lambda row: row["silhouette"])["k"]
