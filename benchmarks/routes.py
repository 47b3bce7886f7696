"""Common ways to cluster MNIST, each run in a separate process.

    python -m benchmarks.routes NAME DATA N SEED RESULT

reads the arrays of ``DATA/split`` (or ``DATA/features``), takes the first N training images, and
writes seconds by step and scores as JSON. Each route follows the documentation of its library;
imports are not counted.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from stages import common
from stages.methods.embedding import map_quality
from stages.methods.embedding.neighbors import nearest
from stages.methods.evaluation import scores
from stages.methods.exact.grid import snap
from stages.methods.exact.rounding import to_decimals
from stages.methods.exact.sampling import fixed_sample

K = 10
SAMPLE = 5000
# Exaggeration of the 3-D map for which the target was set.
LOW_EXAGGERATION = 1.5
# openTSNE's default.
PERPLEXITY = 30
# Enough points for UMAP to search for neighbours approximately, as it does among all points.
_WARM_UP = 5000
Found = tuple[np.ndarray, np.ndarray | None]


class Data:
    """Arrays of a finished run, the first n images of train."""

    def __init__(self, folder: Path, n: int, seed: int) -> None:
        self.folder, self.n, self.seed = folder, n, seed
        self.steps: dict[str, float] = {}
        self.notes: dict[str, Any] = {}

    def pixels(self, part: str) -> np.ndarray:
        """Return the images in rows of floats between 0 and 1."""
        images = np.load(self.folder / "split" / f"{part}_images.npy")[: self._rows(part)]
        return (images.reshape(len(images), -1) / 255).astype(np.float32)

    def digits(self, part: str) -> np.ndarray:
        """Return the labels."""
        return np.load(self.folder / "split" / f"{part}_labels.npy")[: self._rows(part)]

    def features(self, part: str = "train") -> np.ndarray:
        """Return our own features."""
        return np.load(self.folder / "features" / f"{part}.npy")[: self._rows(part)]

    def _rows(self, part: str) -> int | None:
        return self.n if part == "train" else None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        started = time.perf_counter()
        yield
        self.steps[name] = round(time.perf_counter() - started, 3)


def _kmeans(data: Data, train: np.ndarray, test: np.ndarray | None) -> Found:
    from sklearn.cluster import KMeans

    with data.step("KMeans"):
        fitted = KMeans(K, n_init=10, random_state=data.seed).fit(train)
    return fitted.labels_, None if test is None else fitted.predict(test)


def _pca(data: Data) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import PCA

    with data.step("PCA"):
        pca = PCA(50, random_state=data.seed)
        return pca.fit_transform(data.pixels("train")), pca.transform(data.pixels("test"))


def umap_kmeans(data: Data) -> Found:
    """UMAP by its documentation's recipe for clustering, then KMeans; test by ``transform``."""
    reducer, train = _umap(data)
    with data.step("transform test"):
        test = reducer.transform(data.pixels("test"))
    return _kmeans(data, train, test)


def umap_hdbscan(data: Data) -> Found:
    """UMAP, then HDBSCAN, both by that recipe; images that are called noise count as errors."""
    from sklearn.cluster import HDBSCAN

    _, train = _umap(data)
    with data.step("HDBSCAN"):
        labels = HDBSCAN(min_samples=10, min_cluster_size=500, copy=True).fit_predict(train)
    return labels, None


def _umap(data: Data) -> tuple[Any, np.ndarray]:
    import umap

    reducer = umap.UMAP(n_neighbors=30, min_dist=0.0, n_components=2, random_state=data.seed)
    with data.step("UMAP"):
        return reducer, reducer.fit_transform(data.pixels("train"))


def opentsne_kmeans(data: Data, exaggeration: float | None = None) -> Found:
    """PCA-50, openTSNE's defaults on two threads, KMeans; test by openTSNE's ``transform``."""
    import openTSNE

    train, test = _pca(data)
    jobs = common.threads()
    with data.step("t-SNE"):
        tsne = openTSNE.TSNE(n_jobs=jobs, random_state=data.seed, exaggeration=exaggeration)
        embedding = tsne.fit(train)
    with data.step("transform test"):
        placed = embedding.transform(test)
    return _kmeans(data, np.asarray(embedding), np.asarray(placed))


def opentsne_exaggerated(data: Data) -> Found:
    """Do the same at exaggeration 4."""
    return opentsne_kmeans(data, 4)


def sklearn_tsne_2d(data: Data, n_components: int = 2) -> Found:
    """PCA-50, scikit-learn's t-SNE with its defaults, KMeans; it cannot place test."""
    from sklearn.manifold import TSNE

    train, _ = _pca(data)
    with data.step("t-SNE"):
        tsne = TSNE(n_components, n_jobs=common.threads(), random_state=data.seed)
        embedding = tsne.fit_transform(train)
    return _kmeans(data, embedding, None)


def sklearn_tsne_3d(data: Data) -> Found:
    """Do the same in 3-D."""
    return sklearn_tsne_2d(data, 3)


def sklearn_kmeans(data: Data) -> Found:
    """KMeans on pixels, ten starts."""
    return _kmeans(data, data.pixels("train"), data.pixels("test"))


def sklearn_elbow(data: Data, numbers: tuple[int, ...] = (5, 10, 20)) -> None:
    """KMeans on pixels for several k, ten starts each."""
    from sklearn.cluster import KMeans

    pixels = data.pixels("train")
    data.notes["inertia"] = {}
    for k in numbers:
        with data.step(str(k)):
            fitted = KMeans(k, n_init=10, random_state=data.seed).fit(pixels)
        data.notes["inertia"][str(k)] = round(float(fitted.inertia_) * 255**2)


def sklearn_elbow_full(data: Data) -> None:
    """Do the same for every k of the pipeline's elbow."""
    sklearn_elbow(data, tuple(range(2, 21)))


def our_affinities(data: Data) -> None:
    """Exact neighbours and affinities of our features, as many as openTSNE's defaults take."""
    from stages.methods.embedding import tsne

    features, jobs = data.features(), common.threads()
    with data.step("neighbours and affinities"):
        indices, distances = nearest(features, k=3 * PERPLEXITY, n_jobs=jobs)
        tsne.affinities(indices, distances.astype(np.int32), PERPLEXITY, jobs)


def opentsne_affinities(data: Data) -> None:
    """Approximate neighbours and affinities of our features by openTSNE's defaults."""
    from openTSNE.affinity import PerplexityBasedNN

    features = data.features().astype(np.float64)
    with data.step("neighbours and affinities"):
        PerplexityBasedNN(features, n_jobs=common.threads(), random_state=data.seed)


def opentsne_map(data: Data) -> None:
    """OpenTSNE's defaults on our features, at our exaggeration."""
    import openTSNE

    exaggeration = common.load_params("tsne", "exaggeration")["exaggeration"]
    features = data.features().astype(np.float64)
    with data.step("map"):
        tsne = openTSNE.TSNE(
            n_jobs=common.threads(), random_state=data.seed, exaggeration=exaggeration
        )
        embedding = np.asarray(tsne.fit(features))
    _quality(data, embedding)


def our_map_alone(data: Data) -> None:
    """Neighbours, affinities and 2-D map by our own functions, as the pipeline's params say."""
    from stages import tsne as script
    from stages.methods.embedding import tsne

    params = common.load_params("tsne", *script.PARAMS, "map_2d")
    params.update(params.pop("map_2d"))
    features, jobs = data.features(), common.threads()
    with data.step("map"):
        indices, distances = nearest(features, k=int(3 * params["perplexity"]), n_jobs=jobs)
        near = tsne.affinities(indices, distances.astype(np.int32), params["perplexity"], jobs)
        start, order, phases = script.plan("2", params, features)
        embedding, _ = tsne.optimise(start, near, phases, order=order, n_jobs=jobs)
    _quality(data, embedding)


def umap_map(data: Data) -> None:
    """UMAP's defaults on our features: no seed, so that it may use every core."""
    _umap_map(data, n_jobs=common.threads())


def umap_map_seeded(data: Data) -> None:
    """Do the same with a seed, so that it gives the same map again: on one core."""
    _umap_map(data, random_state=data.seed)


def umap_map_placed(data: Data) -> None:
    """Make UMAP's map without a seed, and place the test images on it."""
    reducer = _umap_map(data, n_jobs=common.threads())
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


def opentsne_map_3d(data: Data, exaggeration: float | None = None) -> None:
    """Make a 3-D map by openTSNE at our exaggeration: Barnes-Hut, 250 + 500 iterations."""
    import openTSNE

    exaggeration = exaggeration or common.load_params("tsne", "exaggeration")["exaggeration"]
    features = data.features().astype(np.float64)
    with data.step("map"):
        tsne = openTSNE.TSNE(
            n_components=3,
            negative_gradient_method="bh",
            theta=0.8,
            exaggeration=exaggeration,
            n_jobs=common.threads(),
            random_state=data.seed,
        )
        embedding = np.asarray(tsne.fit(features))
    _quality(data, embedding)


def opentsne_map_3d_low(data: Data) -> None:
    """Do the same at a low exaggeration."""
    opentsne_map_3d(data, LOW_EXAGGERATION)


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


def accuracy(embedding: np.ndarray, digits: np.ndarray) -> float:
    """Score ten clusters of a map, by scikit-learn's KMeans, against the digits."""
    from sklearn.cluster import KMeans

    return score(digits, KMeans(K, n_init=10, random_state=0).fit(embedding).labels_)["accuracy"]


ROUTES: dict[str, Callable[[Data], Found | None]] = {
    route.__name__: route
    for route in (
        umap_kmeans,
        umap_hdbscan,
        opentsne_kmeans,
        opentsne_exaggerated,
        sklearn_tsne_2d,
        sklearn_tsne_3d,
        sklearn_kmeans,
        sklearn_elbow,
        sklearn_elbow_full,
        our_affinities,
        opentsne_affinities,
        opentsne_map,
        our_map_alone,
        umap_map,
        umap_map_seeded,
        umap_map_placed,
        opentsne_map_3d,
        opentsne_map_3d_low,
    )
}


def score(digits: np.ndarray, clusters: np.ndarray) -> dict[str, float]:
    """Score clusters one to one; noise, numbered -1, is matched with no digit."""
    named = clusters >= 0
    n_clusters = int(clusters.max()) + 1
    table = scores.contingency(digits[named], clusters[named], n_clusters)
    right = scores.accuracy(table, scores.one_to_one(table)) * float(named.mean())
    found = scores.score(digits, np.where(named, clusters, n_clusters), [0] * (n_clusters + 1))
    summary = found["summary"]
    return {"accuracy": round(right, 6), "nmi": summary["nmi"], "ari": summary["ari"]} | (
        {} if named.all() else {"noise": round(float(1 - named.mean()), 6)}
    )


def main(name: str, folder: str, n: str, seed: str, result: str) -> None:
    """Follow one route and write what came of it."""
    data = Data(Path(folder), int(n), int(seed))
    found = ROUTES[name](data)
    results: dict[str, Any] = {"steps": data.steps, **data.notes}
    if found is not None:
        results["clusters"] = int(found[0].max()) + 1
        results["train"] = score(data.digits("train"), found[0])
        if found[1] is not None:
            results["test"] = score(data.digits("test"), found[1])
    Path(result).write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
