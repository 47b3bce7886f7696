"""Common ways to cluster MNIST, and single steps of them, each run in a separate process.

    python -m dev.benchmarks.routes NAME DATA N SEED RESULT

reads the arrays of ``DATA/split`` (or ``DATA/features``), takes the first N training images, and
writes seconds by step and scores as JSON. Each route follows the documentation of its library;
imports are not counted.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dev.benchmarks.route import Data, K, score
from dev.benchmarks.sides import SIDES
from mnist_clustering import resources

Found = tuple[np.ndarray, np.ndarray | None]


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
    jobs = resources.threads()
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
        tsne = TSNE(n_components, n_jobs=resources.threads(), random_state=data.seed)
        embedding = tsne.fit_transform(train)
    return _kmeans(data, embedding, None)


def sklearn_tsne_3d(data: Data) -> Found:
    """Do the same in 3-D."""
    return sklearn_tsne_2d(data, 3)


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
        *SIDES,
    )
}


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
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
