"""Run the pipeline with seeds 0 to 4, and on random subsets of the training images.

Results are committed as metrics/seeds.json; ``make seeds`` renews them. Runs use the DVC cache of
the workspace, so an interrupted study continues where it stopped.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import adjusted_rand_score

from checks.workspace import ROOT, repro, temporary_copy
from stages import common
from stages.methods.clustering import criteria
from stages.methods.evaluation import scores
from stages.methods.exact.grid import snap

SEEDS = range(5)
SEEDED = ("kmeans.seed", "tsne.seed", "elbow.seed", "recluster.seed")
# Size of a subset: nine tenths of the training images. The 10,000 test images stay the same.
DRAWN = 54_000
RESULTS = ROOT / "metrics" / "seeds.json"
PREFERENCES = ("silhouette", "davies_bouldin", "calinski_harabasz")


def main() -> None:
    """Write the scores over seeds, the preferred numbers of clusters and the stability."""
    common.save_json(RESULTS, study({}, SEEDS, DRAWN))
    print(f"seeds: {RESULTS.relative_to(ROOT)} written")


def study(overrides: Mapping[str, Any], seeds: Sequence[int], drawn: int) -> dict[str, Any]:
    """Run every seed on all of train, then on a subset drawn with that seed.

    Parameters
    ----------
    overrides : mapping of str to object
        Params of all runs, by dotted name. In addition ``recluster.k`` is ``auto``: no run is given
        the number of clusters.
    seeds : sequence of int
    drawn : int
        Size of the subset.

    Returns
    -------
    dict
        The content of metrics/seeds.json.
    """
    runs = [_all_of_train(_settings(overrides, seed)) for seed in seeds]
    parts = [
        _part_of_train(_settings(overrides, seed) | {"split.train_size": drawn, "split.seed": seed})
        for seed in seeds
    ]
    tables = [run["scores"] for run in runs]
    return {
        **{name: _summarise([table[name] for table in tables]) for name in tables[0]},
        "preferred_k": {name: [run["elbow"][name] for run in runs] for name in PREFERENCES},
        "stability": stability([run["partitions"] for run in runs]),
        "resampled": {
            "tsne_2d": _summarise([run["scores"] for run in parts]),
            "preferred_k": {name: [run["elbow"][name] for run in parts] for name in PREFERENCES},
        },
    }


def _settings(overrides: Mapping[str, Any], seed: int) -> dict[str, Any]:
    return {"recluster.k": "auto", **overrides, **dict.fromkeys(SEEDED, seed)}


def _all_of_train(settings: Mapping[str, Any]) -> dict[str, Any]:
    print(f"seeds: seed {settings['tsne.seed']}", flush=True)
    with temporary_copy(settings) as folder:
        repro(folder, ["evaluate"])
        params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))["elbow"]
        positions = snap(np.load(folder / "data/tsne/2d/train.npy"))
        numbers = range(params["k_min"], params["k_max"] + 1)
        # The clusterings of elbow@map, which does not save them.
        partitions = criteria.clusterings(
            positions,
            numbers,
            n_init=params["map_starts"],
            max_iter=params["max_iter"],
            seed=params["seed"],
        )
        return {
            "scores": _read(folder / "metrics/evaluate.json"),
            "elbow": _read(folder / "metrics/elbow_map.json"),
            "partitions": dict(zip(numbers, (p.labels for p in partitions), strict=True)),
        }


def _part_of_train(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Score the 2-D map of the subset of train drawn by the seed."""
    print(
        f"seeds: seed {settings['tsne.seed']}, {settings['split.train_size']} training images",
        flush=True,
    )
    with temporary_copy(settings) as folder:
        repro(folder, ["recluster@2"])
        digits, clusters = (
            {part: np.load(folder / path.format(part)) for part in ("train", "test")}
            for path in ("data/split/{}_labels.npy", "data/recluster/2d/{}.npy")
        )
        n_clusters = len(np.load(folder / "models/recluster_2d.npz")["centres"])
        names = scores.name_clusters(digits["train"], clusters["train"], n_clusters)["majority"]
        return {
            "scores": {
                part: scores.score(digits[part], clusters[part], names)["summary"]
                for part in digits
            },
            "elbow": _read(folder / "metrics/elbow_map.json"),
        }


def stability(partitions: Sequence[Mapping[int, np.ndarray]]) -> dict[str, Any]:
    """Compare the partitions of all pairs of seeds, for each number of clusters.

    Parameters
    ----------
    partitions : sequence of mapping of int to ndarray of int32, shape (n,)
        The cluster of each training image, by seed and number of clusters.

    Returns
    -------
    dict
        "ari": mean adjusted Rand index over all pairs, by k; "preferred_k": the k of the highest.
    """
    agreement = {
        k: fmean(adjusted_rand_score(a[k], b[k]) for a, b in combinations(partitions, 2))
        for k in partitions[0]
    }
    return {
        "ari": {str(k): round(mean, 6) for k, mean in agreement.items()},
        "preferred_k": max(agreement, key=lambda k: agreement[k]),
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


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
