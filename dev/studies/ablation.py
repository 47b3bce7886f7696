"""Ablation study: leave out or replace one step at a time and score the result.

``make ablation`` writes its results and, from them, the table in docs/ablation.md.
Every row is scored on the validation part before any row is scored on test.
"""

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.cluster import HDBSCAN
from sklearn.mixture import GaussianMixture

from dev import provenance
from dev.workspace import block_alone, command_line, temporary_copy
from mnist_clustering import resources
from mnist_clustering.clustering import kmeans, lloyd, merging
from mnist_clustering.evaluation import scores
from mnist_clustering.exact.grid import STEPS, snap
from mnist_clustering.neighbors import nearest as neighbors
from stages.workspace import ROOT, repro, set_params

RESULTS = ROOT / "dev/studies/results/ablation.json"
MADE_BY = (
    "dev/studies/ablation.py",
    "tsne@3",
    "mnist_clustering/clustering/kmeans.py",
    "mnist_clustering/evaluation/scores.py",
)
RAW = ROOT / "data" / "raw"
PARTS = {"validation": "validation", "test": "official"}

Clusters = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Run:
    """What a clustering method may use of a finished map."""

    # Positions on the grid of the map: integers, of shape (n, n_dims).
    train: np.ndarray
    test: np.ndarray
    # Nearest neighbours of train in both directions, of shape (n, k).
    forward: np.ndarray
    reverse: np.ndarray
    params: Mapping[str, Any]  # Of all stages.


def by_merging(run: Run, **changed: int) -> Clusters:
    """Cluster as ``micro`` and ``recluster`` do, except for the given params."""
    params = run.params["micro"] | changed
    micro = _kmeans(run, params, params["micro_clusters"])
    n_micro, edges = len(micro.centres), params["edges"]
    counts = merging.count_containment(
        micro.labels, run.forward[:, :edges], run.reverse[:, :edges], n_micro
    )
    merges = merging.merge(counts, np.bincount(micro.labels, minlength=n_micro))
    merged = merging.partition(merges, run.params["recluster"]["k"])
    return merged[micro.labels], merged[kmeans.assign(run.test, micro.centres)]


def by_kmeans(run: Run, **changed: int) -> Clusters:
    """Cluster by KMeans as ``recluster`` does, except for the given params."""
    params = run.params["recluster"] | changed
    fitted = _kmeans(run, params, params["k"])
    return fitted.labels, kmeans.assign(run.test, fitted.centres)


def _kmeans(run: Run, params: Mapping[str, Any], k: int) -> lloyd.Clustering:
    settings = {name: params[name] for name in ("n_init", "max_iter", "seed")}
    return kmeans.fit(run.train, k, n_jobs=resources.threads(), **settings)


def by_mixture(run: Run) -> Clusters:
    """Fit Gaussians with full covariances (`sklearn.mixture.GaussianMixture`, three starts)."""
    params = run.params["recluster"]
    mixture = GaussianMixture(params["k"], n_init=3, random_state=params["seed"])
    mixture.fit(run.train / STEPS)
    return mixture.predict(run.train / STEPS), mixture.predict(run.test / STEPS)


def by_density(run: Run) -> Clusters:
    """Find dense regions (`sklearn.cluster.HDBSCAN`) of at least one percent of the images.

    Training images that it leaves out as noise, and test images, are assigned to the cluster of
    the nearest image that has one.
    """
    size = max(len(run.train) // 100, 10)
    labels = HDBSCAN(min_cluster_size=size, min_samples=10, copy=True).fit_predict(
        run.train / STEPS
    )
    dense = np.flatnonzero(labels >= 0)
    nearest = partial(neighbors.nearest, run.train[dense], k=1, n_jobs=resources.threads())
    train, test = (labels[dense][nearest(points)[0][:, 0]] for points in (run.train, run.test))
    return train, test


@dataclass(frozen=True)
class Variation:
    """One row of the table: changed params, another clustering method, or another map."""

    title: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    clustering: Callable[[Run], Clusters] = by_merging
    n_dims: int = 2


PIXELS = {**block_alone("pixel"), "features.whiten": False}
# As many components as pixels: a rotation, which preserves distances.
ALL = {"features.pixel_components": 784}
EUCLIDEAN = {"distortion.directions": "none"}
FIFTEEN = {"tsne.test_neighbors": 15}
VARIATIONS = (
    Variation("default"),
    Variation("KMeans with 10 clusters in place of merging", clustering=by_kmeans),
    Variation("test images placed by 15 neighbours", FIFTEEN),
    Variation("forward distances only", {"distortion.directions": "forward"}),
    Variation(
        "… KMeans with 10 clusters", {"distortion.directions": "forward"}, clustering=by_kmeans
    ),
    Variation("reverse distances only", {"distortion.directions": "reverse"}),
    Variation("Euclidean distances of features", EUCLIDEAN),
    Variation("… KMeans with 10 clusters, by 15", {**EUCLIDEAN, **FIFTEEN}, clustering=by_kmeans),
    Variation(
        "Euclidean distances of pixels, KMeans, by 15",
        {**PIXELS, **ALL, **EUCLIDEAN, **FIFTEEN, "features.deskew": False},
        clustering=by_kmeans,
    ),
    Variation(
        "… deskewed",
        {**PIXELS, **ALL, **EUCLIDEAN, **FIFTEEN},
        clustering=by_kmeans,
    ),
    Variation("candidates by deskewed pixels", {**PIXELS, **ALL}),
    Variation("60 micro-clusters", clustering=partial(by_merging, micro_clusters=60)),
    Variation("200 micro-clusters", clustering=partial(by_merging, micro_clusters=200)),
    Variation("5 edges an image and direction", clustering=partial(by_merging, edges=5)),
    Variation("20 edges", clustering=partial(by_merging, edges=20)),
    *(Variation(f"exaggeration {factor:g}", {"tsne.exaggeration": factor}) for factor in (1, 2)),
    Variation("affinities weighted alike", {"tsne.forward_weight": 1}),
    Variation("perplexity 10", {"tsne.perplexity": 10}),
    Variation("perplexity 30", {"tsne.perplexity": 30}),
    Variation(
        "250 + 250 iterations",
        {"tsne.map_2d.early_iterations": 250, "tsne.map_2d.iterations": 250},
    ),
    Variation("3-D map", n_dims=3),
    Variation("3-D map, KMeans with 10 clusters", n_dims=3, clustering=by_kmeans),
    Variation("Gaussian mixture", clustering=by_mixture),
    Variation("HDBSCAN", clustering=by_density),
)


def main() -> None:
    """Score every variation on validation, then on test."""
    results = {part: study(VARIATIONS, {"split.method": method}) for part, method in PARTS.items()}
    provenance.save(RESULTS, results, MADE_BY)
    print(f"ablation: {RESULTS.relative_to(ROOT)} written")


def study(
    variations: tuple[Variation, ...], overrides: Mapping[str, Any]
) -> dict[str, dict[str, float]]:
    """Score variations on the held-out part, with params that all of them have.

    Returns by title accuracy, nmi, ari, "clusters" (their number) and "cpu_seconds", the user and
    system time, over all cores, of the computations that no earlier variation had done.
    """
    scored = {}
    # These runs take nothing from the workspace except MNIST itself.
    mirror = {"download.mirror": str(RAW)}
    with temporary_copy({**mirror, **overrides}, empty_cache=True) as folder:
        default = (folder / "params.yaml").read_text(encoding="utf-8")
        repro(folder, ["flatten"])
        for variation in variations:
            (folder / "params.yaml").write_text(default, encoding="utf-8")
            set_params(folder / "params.yaml", variation.overrides)
            scored[variation.title] = _score(folder, variation)
            print(f"ablation: {variation.title}: {scored[variation.title]}", flush=True)
    return scored


def _score(folder: Path, variation: Variation) -> dict[str, float]:
    before = _cpu_seconds()
    repro(folder, [f"tsne@{variation.n_dims}"])
    clusters = dict(
        zip(("train", "test"), variation.clustering(_load(folder, variation.n_dims)), strict=True)
    )
    seconds = _cpu_seconds() - before
    digits = {part: np.load(folder / f"data/label/{part}.npy") for part in clusters}
    n_clusters, n = int(clusters["train"].max()) + 1, int(digits["train"].max()) + 1
    names = scores.name_clusters(digits["train"], clusters["train"], n_clusters, n)["majority"]
    summary = scores.score(digits["test"], clusters["test"], names, n)["summary"]
    kept = {name: summary[name] for name in ("accuracy", "nmi", "ari")}
    return {**kept, "clusters": n_clusters, "cpu_seconds": round(seconds, 1)}


def _load(folder: Path, n_dims: int) -> Run:
    train, test = (
        snap(np.load(folder / f"data/tsne/{n_dims}d" / f"{part}.npy")) for part in ("train", "test")
    )
    forward, reverse = (
        np.load(folder / f"data/distortion/train_{direction}_indices.npy")
        for direction in ("forward", "reverse")
    )
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    return Run(train, test, forward, reverse, params)


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of its finished children, over all cores."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    command_line(main, "ablation", __doc__)
