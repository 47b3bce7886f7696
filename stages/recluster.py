"""Cluster both maps again: by KMeans, corrected by merged micro-clusters where these agree."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import files, limits, resources
from mnist_clustering.clustering import kmeans, merging
from mnist_clustering.exact.grid import snap
from stages import common
from stages.partitions import PARTITIONS, PARTS

MAP = "data/tsne/{}/{}.npy"
PREFERRED_K = "data/elbow/map/k.json"
MICRO = "data/micro/{}/{}.npy"
MICRO_MODEL = "models/micro_{}.npz"
METRICS = "metrics/recluster.json"


def main() -> None:
    """Divide each map into as many clusters as are wanted, in both ways, and choose one."""
    params = common.load_params("recluster")
    preferred = json.loads(Path(PREFERRED_K).read_text(encoding="utf-8"))["k"]
    params["k"] = preferred if params["k"] == "auto" else params["k"]
    summary: dict[str, Any] = {"preferred_k": preferred}
    for dims in ("2d", "3d"):
        maps = {part: snap(np.load(MAP.format(dims, part))) for part in PARTS}
        own = limits.fitting("recluster", params, len(maps["train"]))
        summary[dims] = choose(dims, by_kmeans(maps, own), by_merging(dims, own["k"]))
    files.save_json(METRICS, summary)


class Found(NamedTuple):
    """The arrays of a model, and the cluster of each image by part."""

    model: dict[str, NDArray[Any]]
    clusters: dict[str, NDArray[np.int32]]


def by_kmeans(maps: dict[str, NDArray[np.integer]], params: dict[str, Any]) -> Found:
    """Fit KMeans on the places of train, assign test."""
    fitted = kmeans.fit(
        maps["train"],
        params["k"],
        n_init=params["n_init"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=resources.threads(),
    )
    own = np.arange(len(fitted.centres), dtype=np.int32)
    test = kmeans.assign(maps["test"], fitted.centres)
    return Found(
        {"centres": fitted.centres, "clusters": own}, {"train": fitted.labels, "test": test}
    )


def by_merging(dims: str, k: int) -> Found:
    """Follow the merges, and replace the micro-cluster of each image by the cluster it is in."""
    with np.load(MICRO_MODEL.format(dims)) as fitted:
        centres, merges = fitted["centres"], fitted["merges"]
    own = merging.partition(merging.from_array(merges), k)
    clusters = {part: own[np.load(MICRO.format(dims, part))] for part in PARTS}
    return Found({"centres": centres, "clusters": own}, clusters)


def choose(dims: str, plain: Found, merged: Found) -> dict[str, Any]:
    """Save both partitions, and as the clusters the merged one where it only corrects islands."""
    first, second = plain.clusters["train"], merged.clusters["train"]
    moved, taken = merging.moved(first, second), merging.corrects(first, second)
    if not taken:
        how = "draws other clusters" if moved is None else f"moves {moved / len(first):.1%}"
        print(
            f"recluster: the clusters of the map ({dims}) are those of KMeans: merging {how}, and "
            f"may move at most {float(merging.MOST_MOVED):.0%} of the images",
            file=sys.stderr,
            flush=True,
        )
    ways = {"kmeans": plain, "merged": merged, "clusters": merged if taken else plain}
    for way, found in ways.items():
        partition = PARTITIONS[f"{way}_{dims}"]
        files.save_arrays(partition.model, **found.model)
        for part, clusters in found.clusters.items():
            files.save_array(f"{partition.folder}/{part}.npy", clusters)
    return {"k": len(np.unique(plain.model["clusters"])), "moved": moved, "merged": taken}


if __name__ == "__main__":
    common.run(main)
