"""Common ways to cluster MNIST, and single steps of them, each run in a separate process.

    python -m dev.benchmarks.routes NAME DATA N SEED RESULT

reads the arrays of ``DATA/split`` (or ``DATA/features``), takes the first N training images, and
writes seconds by step and scores as JSON. Each route follows the documentation of its library;
imports are not counted.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import limits, resources
from mnist_clustering.evaluation import scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.tsne import map_quality, placement
from stages import common

K = 10
SAMPLE = 5000
PERPLEXITY = 30  # openTSNE's default
# Enough points for UMAP to search for neighbours approximately, as it does among all points.
_WARM_UP = 5000
# Clusters of train and, where the method can place them, of test.
Found = tuple[np.ndarray, np.ndarray | None]


class Data:
    """Arrays of a finished run, the first n images of train; seconds by step, and notes."""

    def __init__(self, folder: Path, n: int, seed: int) -> None:
        self.folder, self.n, self.seed = folder, n, seed
        self.steps: dict[str, float] = {}
        self.notes: dict[str, Any] = {}

    def load(self, name: str, part: str) -> np.ndarray:
        """Read an array by its name, such as "split/{}_images.npy"."""
        return np.load(self.folder / name.format(part))[: self.n if part == "train" else None]

    def pixels(self, part: str) -> np.ndarray:
        """Return the images in rows of floats between 0 and 1."""
        images = self.load("split/{}_images.npy", part)
        return (images.reshape(len(images), -1) / 255).astype(np.float32)

    def digits(self, part: str) -> np.ndarray:
        """Return the labels."""
        return self.load("label/{}.npy", part)

    def features(self, part: str = "train", kind: Any = np.int16) -> np.ndarray:
        """Return our own features."""
        return self.load("features/{}.npy", part).astype(kind)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        started = time.perf_counter()
        yield
        self.steps[name] = round(time.perf_counter() - started, 3)


def score(digits: np.ndarray, clusters: np.ndarray) -> dict[str, float]:
    """Score clusters one to one; noise, numbered -1, is matched with no digit."""
    named = clusters >= 0
    n_clusters, n_classes = int(clusters.max()) + 1, int(digits.max()) + 1
    table = scores.contingency(digits[named], clusters[named], n_clusters, n_classes)
    right = scores.accuracy(table, scores.one_to_one(table)) * float(named.mean())
    numbered = np.where(named, clusters, n_clusters)
    summary = scores.score(digits, numbered, [0] * (n_clusters + 1), n_classes)["summary"]
    found = {"accuracy": round(right, 6), "nmi": summary["nmi"], "ari": summary["ari"]}
    return found if named.all() else found | {"noise": round(float(1 - named.mean()), 6)}


def accuracy(embedding: np.ndarray, digits: np.ndarray) -> float:
    """Score ten clusters of a map, by scikit-learn's KMeans, against the digits."""
    from sklearn.cluster import KMeans

    return score(digits, KMeans(K, n_init=10, random_state=0).fit(embedding).labels_)["accuracy"]


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


def sklearn_kmeans(data: Data) -> Found:
    """KMeans on pixels, ten starts."""
    return _kmeans(data, data.pixels("train"), data.pixels("test"))


def sklearn_elbow(data: Data, numbers: Sequence[int] = range(2, 21)) -> None:
    """KMeans on pixels for every k of the pipeline's elbow, ten starts each."""
    from sklearn.cluster import KMeans

    pixels = data.pixels("train")
    data.notes["inertia"] = {}
    for k in numbers:
        with data.step(str(k)):
            fitted = KMeans(k, n_init=10, random_state=data.seed).fit(pixels)
        data.notes["inertia"][str(k)] = round(float(fitted.inertia_) * 255**2)


def sklearn_tsne(n_components: int, data: Data) -> Found:
    """PCA-50, scikit-learn's t-SNE with its defaults, KMeans; it cannot place test."""
    from sklearn.manifold import TSNE

    train, _ = _pca(data)
    with data.step("t-SNE"):
        tsne = TSNE(n_components, n_jobs=resources.threads(), random_state=data.seed)
        embedding = tsne.fit_transform(train)
    return _kmeans(data, embedding, None)


def opentsne_kmeans(exaggeration: float | None, data: Data) -> Found:
    """PCA-50, openTSNE's defaults on two threads, KMeans; test by openTSNE's ``transform``."""
    import openTSNE

    train, test = _pca(data)
    jobs = resources.threads()
    with data.step("t-SNE"):
        tsne = openTSNE.TSNE(n_jobs=jobs, random_state=data.seed, exaggeration=exaggeration)
        embedding = tsne.fit(train)
    with data.step("transform test"):
        placed = embedding.transform(test)
    return _kmeans(data, np.asarray(embedding), np.asarray(placed))


def _umap(data: Data) -> tuple[Any, np.ndarray]:
    import umap

    reducer = umap.UMAP(n_neighbors=30, min_dist=0.0, n_components=2, random_state=data.seed)
    with data.step("UMAP"):
        return reducer, reducer.fit_transform(data.pixels("train"))


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


# Single steps, all on our features.


def our_affinities(data: Data) -> None:
    """Exact neighbours and affinities, as many as openTSNE's defaults take."""
    from mnist_clustering.tsne import optimization as tsne

    features, jobs = data.features(), resources.threads()
    with data.step("neighbours and affinities"):
        indices, distances = nearest(features, k=3 * PERPLEXITY, n_jobs=jobs)
        tsne.affinities(indices, distances.astype(np.int32), PERPLEXITY, jobs)


def opentsne_affinities(data: Data) -> None:
    """Approximate neighbours and affinities by openTSNE's defaults."""
    from openTSNE.affinity import PerplexityBasedNN

    features = data.features(kind=np.float64)
    with data.step("neighbours and affinities"):
        PerplexityBasedNN(features, n_jobs=resources.threads(), random_state=data.seed)


def our_map(data: Data, *, place: bool = False) -> None:
    """Neighbours, affinities and 2-D map by our own functions, as the pipeline's params say."""
    from mnist_clustering.tsne import optimization as tsne
    from mnist_clustering.tsne import plans
    from stages import tsne as script

    given = common.load_params("tsne", *script.PARAMS, "map_2d", "test_neighbors")
    params = limits.fitting("tsne", given, len(data.features()))
    chosen = {name: params[name] for name in ("exaggeration", "seed")} | params["map_2d"]
    features, jobs = data.features(), resources.threads()
    with data.step("map"):
        indices, distances = nearest(features, k=int(3 * params["perplexity"]), n_jobs=jobs)
        near = tsne.affinities(indices, distances.astype(np.int32), params["perplexity"], jobs)
        plan = plans.flat(features, **chosen)
        embedding, _ = tsne.optimise(plan.start, near, plan.phases, order=plan.order, n_jobs=jobs)
    judge(data, embedding)
    if place:
        test = data.features("test")
        with data.step("place test"):
            indices, _ = nearest(features, test, k=params["test_neighbors"], n_jobs=jobs)
            placement.place(embedding, indices)


def opentsne_map(data: Data, **settings: Any) -> None:
    """OpenTSNE's defaults, but for our exaggeration and for settings."""
    import openTSNE

    own = common.load_params("tsne", "exaggeration") | settings
    features = data.features(kind=np.float64)
    with data.step("map"):
        tsne = openTSNE.TSNE(n_jobs=resources.threads(), random_state=data.seed, **own)
        embedding = np.asarray(tsne.fit(features))
    judge(data, embedding)


def umap_map(data: Data, *, seeded: bool = False, place: bool = False) -> None:
    """UMAP's defaults: on every core, or with a seed, by which it gives the same map, on one."""
    import umap

    settings = {"random_state": data.seed} if seeded else {"n_jobs": resources.threads()}
    features = data.features(kind=np.float32)
    # What numba compiles is not counted.
    umap.UMAP(**settings).fit(features[:_WARM_UP]).transform(features[:_WARM_UP])
    reducer = umap.UMAP(**settings)
    with data.step("map"):
        embedding = reducer.fit_transform(features)
    judge(data, embedding)
    if place:
        test = data.features("test", np.float32)
        with data.step("transform test"):
            reducer.transform(test)


def judge(data: Data, embedding: np.ndarray) -> None:
    """Note the recall of neighbours, as the pipeline's own maps are judged, and the accuracy."""
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


ROUTES: dict[str, Callable[[Data], Found | None]] = {
    "sklearn_kmeans": sklearn_kmeans,
    "sklearn_elbow": sklearn_elbow,
    "sklearn_tsne_2d": partial(sklearn_tsne, 2),
    "sklearn_tsne_3d": partial(sklearn_tsne, 3),
    "opentsne_kmeans": partial(opentsne_kmeans, None),
    "opentsne_exaggerated": partial(opentsne_kmeans, 4),
    "umap_kmeans": umap_kmeans,
    "umap_hdbscan": umap_hdbscan,
    "our_affinities": our_affinities,
    "opentsne_affinities": opentsne_affinities,
    "our_map_alone": our_map,
    "our_map_placed": partial(our_map, place=True),
    "opentsne_map": opentsne_map,
    # Barnes-Hut, for its default is for two dimensions alone.
    "opentsne_map_3d": partial(
        opentsne_map, n_components=3, negative_gradient_method="bh", theta=0.8
    ),
    "umap_map": umap_map,
    "umap_map_seeded": partial(umap_map, seeded=True),
    "umap_map_placed": partial(umap_map, place=True),
}


def main(name: str, folder: str, n: str, seed: str, result: str) -> None:
    """Follow one route and write what came of it."""
    data = Data(Path(folder), int(n), int(seed))
    found = ROUTES[name](data)
    results: dict[str, Any] = {"steps": data.steps, **data.notes}
    if found is not None:
        results["clusters"] = int(found[0].max()) + 1
        for part, clusters in zip(("train", "test"), found, strict=True):
            if clusters is not None:
                results[part] = score(data.digits(part), clusters)
    Path(result).write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
