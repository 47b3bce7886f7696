"""The sides of pairs: single steps, by our functions and by other libraries, on our features."""

from typing import Any

import numpy as np

from dev.benchmarks.route import Data, accuracy
from mnist_clustering import resources
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.tsne import map_quality, placement
from stages import common

SAMPLE = 5000
# openTSNE's default.
PERPLEXITY = 30
# Enough points for UMAP to search for neighbours approximately, as it does among all points.
_WARM_UP = 5000


def our_affinities(data: Data) -> None:
    """Exact neighbours and affinities of our features, as many as openTSNE's defaults take."""
    from mnist_clustering.tsne import optimization as tsne

    features, jobs = data.features(), resources.threads()
    with data.step("neighbours and affinities"):
        indices, distances = nearest(features, k=3 * PERPLEXITY, n_jobs=jobs)
        tsne.affinities(indices, distances.astype(np.int32), PERPLEXITY, jobs)


def opentsne_affinities(data: Data) -> None:
    """Approximate neighbours and affinities of our features by openTSNE's defaults."""
    from openTSNE.affinity import PerplexityBasedNN

    features = data.features().astype(np.float64)
    with data.step("neighbours and affinities"):
        PerplexityBasedNN(features, n_jobs=resources.threads(), random_state=data.seed)


def opentsne_map(data: Data) -> None:
    """OpenTSNE's defaults on our features, at our exaggeration."""
    import openTSNE

    exaggeration = common.load_params("tsne", "exaggeration")["exaggeration"]
    features = data.features().astype(np.float64)
    with data.step("map"):
        tsne = openTSNE.TSNE(
            n_jobs=resources.threads(), random_state=data.seed, exaggeration=exaggeration
        )
        embedding = np.asarray(tsne.fit(features))
    _quality(data, embedding)


def our_map_alone(data: Data) -> None:
    """Neighbours, affinities and 2-D map by our own functions, as the pipeline's params say."""
    _our_map(data)


def our_map_placed(data: Data) -> None:
    """Make the same map, and place the test images on it."""
    embedding = _our_map(data)
    train, test = data.features(), data.features("test")
    number = common.load_params("tsne", "test_neighbors")["test_neighbors"]
    with data.step("place test"):
        indices, _ = nearest(train, test, k=number, n_jobs=resources.threads())
        placement.place(embedding, indices)


def _our_map(data: Data) -> np.ndarray:
    from mnist_clustering.tsne import optimization as tsne
    from mnist_clustering.tsne import plans
    from stages import tsne as script

    params = common.load_params("tsne", *script.PARAMS, "map_2d")
    chosen = {name: params[name] for name in ("exaggeration", "seed")} | params["map_2d"]
    features, jobs = data.features(), resources.threads()
    with data.step("map"):
        indices, distances = nearest(features, k=int(3 * params["perplexity"]), n_jobs=jobs)
        near = tsne.affinities(indices, distances.astype(np.int32), params["perplexity"], jobs)
        plan = plans.flat(features, **chosen)
        embedding, _ = tsne.optimise(plan.start, near, plan.phases, order=plan.order, n_jobs=jobs)
    _quality(data, embedding)
    return embedding


def umap_map(data: Data) -> None:
    """UMAP's defaults on our features: no seed, so that it may use every core."""
    _umap_map(data, n_jobs=resources.threads())


def umap_map_seeded(data: Data) -> None:
    """Do the same with a seed, so that it gives the same map again: on one core."""
    _umap_map(data, random_state=data.seed)


def umap_map_placed(data: Data) -> None:
    """Make UMAP's map without a seed, and place the test images on it."""
    reducer = _umap_map(data, n_jobs=resources.threads())
    test = data.features("test").astype(np.float32)
    with data.step("transform test"):
        reducer.transform(test)


def _umap_map(data: Data, **settings: int) -> Any:
    import umap

    features = data.features().astype(np.float32)
    # What numba compiles is not counted.
    warm = umap.UMAP(**settings).fit(features[:_WARM_UP])
    warm.transform(features[:_WARM_UP])
    reducer = umap.UMAP(**settings)
    with data.step("map"):
        embedding = reducer.fit_transform(features)
    _quality(data, embedding)
    return reducer


def opentsne_map_3d(data: Data) -> None:
    """Make a 3-D map by openTSNE at our exaggeration: Barnes-Hut, 250 + 500 iterations."""
    import openTSNE

    exaggeration = common.load_params("tsne", "exaggeration")["exaggeration"]
    features = data.features().astype(np.float64)
    with data.step("map"):
        tsne = openTSNE.TSNE(
            n_components=3,
            negative_gradient_method="bh",
            theta=0.8,
            exaggeration=exaggeration,
            n_jobs=resources.threads(),
            random_state=data.seed,
        )
        embedding = np.asarray(tsne.fit(features))
    _quality(data, embedding)


def _quality(data: Data, embedding: np.ndarray) -> None:
    """Note the recall of neighbours as the pipeline's own maps are judged."""
    features = data.features()
    sample = fixed_sample(len(features), SAMPLE)
    indices = np.zeros((len(features), map_quality.N_NEIGHBORS), dtype=np.int32)
    reached, _ = nearest(features, features[sample], k=map_quality.N_NEIGHBORS + 1)
    for image, row in zip(sample, reached, strict=True):
        indices[image] = row[row != image][: map_quality.N_NEIGHBORS]
    # Finer steps than the pipeline's, for UMAP's maps are small.
    positions = snap((embedding * (100 / np.abs(embedding).max())).astype(np.float32))
    recall = map_quality.neighbor_recall(positions, indices, sample)
    data.notes["neighbor_recall"] = to_decimals(recall)
    data.notes["accuracy"] = accuracy(embedding, data.digits("train"))


SIDES = (
    our_affinities,
    opentsne_affinities,
    opentsne_map,
    our_map_alone,
    our_map_placed,
    umap_map,
    umap_map_seeded,
    umap_map_placed,
    opentsne_map_3d,
)
