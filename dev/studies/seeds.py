"""Run the pipeline with seeds 0 to 4, and on random subsets of the training images.

Results are committed as metrics/seeds.json; ``make seeds`` renews them. Runs use the DVC cache of
the workspace, so an interrupted study continues where it stopped.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import adjusted_rand_score

from dev import provenance
from dev.tables.markdown import read
from dev.workspace import command_line, temporary_copy
from mnist_clustering import resources
from mnist_clustering.clustering import criteria
from mnist_clustering.errors import InputError
from mnist_clustering.exact.grid import snap
from mnist_clustering.placing import executors
from stages.workspace import ROOT, repro

SEEDS = range(5)
SCORED = ("pixels", "kmeans_2d", "clusters_2d")
SEEDED = ("kmeans.seed", "tsne.seed", "elbow.seed", "recluster.seed", "micro.seed")
# Size of a subset: nine tenths of the training images. The 10,000 test images stay the same.
DRAWN = 54_000
# No run is told how many clusters there are.
AUTOMATIC: dict[str, Any] = {"recluster.k": "auto"}
MADE_BY = ("dev/studies/seeds.py", "evaluate")
RESULTS = ROOT / "metrics" / "seeds.json"
CRITERIA = ("silhouette", "davies_bouldin", "calinski_harabasz")
MapItems = Callable[[Callable[[int], Any], Sequence[int]], Iterator[executors.Outcome]]


def main() -> None:
    """Write the scores over seeds, the preferred numbers of clusters and the stability."""
    parser = argparse.ArgumentParser(prog="seeds", description=__doc__.splitlines()[0])
    executors.add_options(parser, "1, which takes all cores", ("here", "processes", "dask"))
    found = study({}, SEEDS, DRAWN, partial(executors.map_items, parser.parse_args(), 1))
    provenance.save(RESULTS, found, MADE_BY, AUTOMATIC)
    print(f"seeds: {RESULTS.relative_to(ROOT)} written")


def study(
    overrides: Mapping[str, Any],
    seeds: Sequence[int],
    drawn: int,
    map_items: MapItems = executors.here,
) -> dict[str, Any]:
    """Run every seed on all of train, on a subset drawn with that seed, and on all images.

    Returns the content of metrics/seeds.json: "resampled" is about the subsets, of which "test" is
    held out; "transductive" is about all 70,000 images, fitted and scored at once. ``map_items``
    takes a function and items, and yields an `executors.Outcome` for each.
    """
    own = [{**AUTOMATIC, **overrides, **dict.fromkeys(SEEDED, seed)} for seed in seeds]
    subsets = [{"split.train_size": drawn, "split.seed": seed} for seed in seeds]
    runs = _all(own, map_items)
    parts = _all([a | b for a, b in zip(own, subsets, strict=True)], map_items)
    whole = _all([settings | {"split.method": "all"} for settings in own], map_items)
    return {
        **_summary(runs, SCORED),
        "stability": stability([run["partitions"] for run in runs]),
        "resampled": _summary(parts, SCORED[1:]),
        "transductive": {
            name: {"train": found["train"]} if "train" in found else found
            for name, found in _summary(whole, SCORED[1:]).items()
        },
    }


def _all(runs: Sequence[Mapping[str, Any]], map_items: MapItems) -> list[dict[str, Any]]:
    """Run all; the first leaves in the cache what the others share with it."""
    found = {}
    for numbers in ([0], range(1, len(runs))):
        for outcome in map_items(partial(_run, runs), list(numbers)):
            if outcome.error:
                raise InputError(outcome.error)
            found[outcome.item] = outcome.value
    return [found[number] for number in range(len(runs))]


def _run(runs: Sequence[Mapping[str, Any]], number: int) -> dict[str, Any]:
    """Run the pipeline in a copy; return scores, preferences, and the partitions by k."""
    print(f"seeds: {runs[number]}", flush=True)
    with temporary_copy(runs[number]) as folder:
        repro(folder, ["evaluate"])
        elbow = read(folder / "metrics/elbow_map.json")
        preferred = {name: elbow[name] for name in CRITERIA}
        scores = read(folder / "metrics/evaluate.json")
        # Only of the runs on all of train are partitions compared.
        resampled = {"split.train_size", "split.method"} & set(runs[number])
        partitions = {} if resampled else _partitions(folder)
        return {"scores": scores, "preferred_k": preferred, "partitions": partitions}


def _partitions(folder: Path) -> dict[int, np.ndarray]:
    """Return the partitions of train by KMeans on the 2-D map for every k."""
    elbow = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))["elbow"]
    numbers = range(elbow["k_min"], elbow["k_max"] + 1)
    # The clusterings of elbow@map, which does not save them.
    clusterings = criteria.clusterings(
        snap(np.load(folder / "data/tsne/2d/train.npy")),
        numbers,
        n_init=elbow["map_starts"],
        max_iter=elbow["max_iter"],
        seed=elbow["seed"],
        n_jobs=resources.threads(),
    )
    return dict(zip(numbers, (found.labels for found in clusterings), strict=True))


def stability(partitions: Sequence[Mapping[int, np.ndarray]]) -> dict[str, Any]:
    """Compare the partitions of all pairs of seeds, for each number of clusters.

    Returns "ari", the mean adjusted Rand index over all pairs, by k, and "preferred_k", the k of
    the highest.
    """
    agreement = {
        k: fmean(adjusted_rand_score(a[k], b[k]) for a, b in combinations(partitions, 2))
        for k in partitions[0]
    }
    return {
        "ari": {str(k): round(mean, 6) for k, mean in agreement.items()},
        "preferred_k": max(agreement, key=lambda k: agreement[k]),
    }


def _summary(runs: Sequence[Mapping[str, Any]], scored: Sequence[str]) -> dict[str, Any]:
    """Summarise each score of some partitions over runs, and list the preferred k."""
    preferred = [run["preferred_k"] for run in runs]
    return {name: _summarise([run["scores"][name] for run in runs]) for name in scored} | {
        "preferred_k": {name: [own[name] for own in preferred] for name in preferred[0]}
    }


def _summarise(runs: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, Any]:
    """Summarise each score of each part over runs: mean, standard deviation (n - 1), min, n."""
    return {
        part: {name: _spread([run[part][name] for run in runs]) for name in runs[0][part]}
        for part in runs[0]
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "mean": round(fmean(values), 6),
        "std": round(stdev(values), 6),
        "min": min(values),
        "n": len(values),
    }


if __name__ == "__main__":
    from dev.studies import seeds

    command_line(seeds.main, "seeds")
