"""Ablation study: leave out or replace one step at a time and score the result.

``make ablation`` writes studies/results/ablation.json and, from it, the table in docs/ablation.md.
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

from checks.workspace import ROOT, repro, set_params, temporary_copy
from stages import common
from stages.methods.clustering import kmeans
from stages.methods.embedding import neighbors
from stages.methods.evaluation import scores
from stages.methods.exact.grid import STEPS, snap

RESULTS = ROOT / "studies" / "results" / "ablation.json"
RAW = ROOT / "data" / "raw"
PARTS = {"validation": "validation", "test": "official"}

Points = np.ndarray
# Clusters of train and test from their integer positions on a map and the params of recluster.
Clustering = Callable[[Points, Points, Mapping[str, Any]], tuple[np.ndarray, np.ndarray]]


def by_kmeans(train: Points, test: Points, params: Mapping[str, Any], **changed: int) -> Any:
    """Cluster like the stage recluster, except for the params in ``changed``."""
    settings = {name: params[name] for name in ("n_init", "max_iter", "seed")} | changed
    fitted = kmeans.fit(train, params["k"], **settings)
    return fitted.labels, kmeans.assign(test, fitted.centres)


def by_mixture(train: Points, test: Points, params: Mapping[str, Any]) -> Any:
    """Fit Gaussians with full covariances (`sklearn.mixture.GaussianMixture`, n_init 3)."""
    mixture = GaussianMixture(params["k"], n_init=3, random_state=params["seed"])
    mixture.fit(train / STEPS)
    return mixture.predict(train / STEPS), mixture.predict(test / STEPS)


def by_density(train: Points, test: Points, params: Mapping[str, Any]) -> Any:
    """Find dense regions (`sklearn.cluster.HDBSCAN`) of at least one percent of the images.

    Training images labelled as noise, and test images, are assigned to the cluster of the nearest
    training image that has one.
    """
    size = max(len(train) // 100, 10)
    labels = HDBSCAN(min_cluster_size=size, min_samples=10, copy=True).fit_predict(train / STEPS)
    dense = np.flatnonzero(labels >= 0)
    nearest = partial(neighbors.nearest, train[dense], k=1, n_jobs=common.threads())
    return tuple(labels[dense][nearest(points)[0][:, 0]] for points in (train, test))


@dataclass(frozen=True)
class Variation:
    """One row of the table: changed params, another clustering method, or another map."""

    title: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    clustering: Clustering = by_kmeans
    n_dims: int = 2


PIXELS = {
    "features.gradient_weight": 0,
    "features.concavity_weight": 0,
    "features.pixel_weight": 1,
    "features.whiten": False,
}
# As many components as pixels: a rotation, which preserves distances.
ALL = {"features.pixel_components": 784}
VARIATIONS = (
    Variation("default"),
    Variation("pixels only", {**PIXELS, **ALL, "features.deskew": False}),
    Variation("… deskewed", {**PIXELS, **ALL}),
    Variation("… their 50 principal components", PIXELS),
    Variation(
        "… and gradient orientations beside them",
        {"features.pixel_weight": 0.5, "features.concavity_weight": 0, "features.whiten": False},
    ),
    Variation("… whitened", {"features.pixel_weight": 0.5, "features.concavity_weight": 0}),
    Variation("… and concavities", {"features.pixel_weight": 0.5}),
    Variation("gradient orientations only", {"features.concavity_weight": 0}),
    *(
        Variation(f"exaggeration {factor:g}", {"tsne.exaggeration": factor})
        for factor in (1, 1.5, 2)
    ),
    *(Variation(f"perplexity {number}", {"tsne.perplexity": number}) for number in (10, 30, 50)),
    Variation("perplexity 100", {"tsne.perplexity": 100, "neighbors.k": 300}),
    *(
        Variation(
            f"{number} + {number} iterations",
            {"tsne.map_2d.early_iterations": number, "tsne.map_2d.iterations": number},
        )
        for number in (50, 100, 250)
    ),
    Variation("3-D map", n_dims=3),
    *(
        Variation(f"3-D map, {number} iterations", {"tsne.map_3d.iterations": number}, n_dims=3)
        for number in (50, 300)
    ),
    *(
        Variation(
            f"KMeans, one start, seed {seed}", clustering=partial(by_kmeans, n_init=1, seed=seed)
        )
        for seed in range(3)
    ),
    Variation("Gaussian mixture", clustering=by_mixture),
    Variation("HDBSCAN", clustering=by_density),
)


def main() -> None:
    """Score every variation on validation, then on test."""
    results = {part: study(VARIATIONS, {"split.method": method}) for part, method in PARTS.items()}
    common.save_json(RESULTS, results)
    print(f"ablation: {RESULTS.relative_to(ROOT)} written")


def study(
    variations: tuple[Variation, ...], overrides: Mapping[str, Any]
) -> dict[str, dict[str, float]]:
    """Score variations on the held-out part.

    Parameters
    ----------
    variations : tuple of Variation
    overrides : mapping of str to object
        Params of all variations, by dotted name.

    Returns
    -------
    dict
        By title: accuracy, nmi, ari, "clusters" (their number) and "cpu_seconds", the user and
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
    maps = f"data/tsne/{variation.n_dims}d"
    train, test = (snap(np.load(folder / maps / f"{part}.npy")) for part in ("train", "test"))
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))["recluster"]
    clusters = dict(zip(("train", "test"), variation.clustering(train, test, params), strict=True))
    seconds = _cpu_seconds() - before
    digits = {part: np.load(folder / f"data/split/{part}_labels.npy") for part in clusters}
    n_clusters = int(clusters["train"].max()) + 1
    names = scores.name_clusters(digits["train"], clusters["train"], n_clusters)["majority"]
    summary = scores.score(digits["test"], clusters["test"], names)["summary"]
    kept = {name: summary[name] for name in ("accuracy", "nmi", "ari")}
    return {**kept, "clusters": n_clusters, "cpu_seconds": round(seconds, 1)}


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of its finished children, over all cores."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
