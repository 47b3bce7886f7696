"""Merge the micro-clusters of the map to as many clusters as are wanted."""

import json

import numpy as np

from stages import common
from stages.methods.clustering import merging
from stages.methods.data import fitting

MICRO = "data/micro/{}d/{}"
FITTED = "models/micro_{}d.npz"
CLUSTERS = "data/merge/{}d/{}.npy"
MODEL = "models/merge_{}d.npz"
METRICS = "metrics/merge_{}d.json"
PARTS = ("train", "test")
LIBRARIES = ("numpy",)


def main(n_dims: str) -> None:
    """Choose k, and replace the micro-cluster of each image by the cluster that it is in."""
    micro = {part: np.load(MICRO.format(n_dims, f"{part}.npy")) for part in PARTS}
    wanted = fitting.fitting(
        "recluster", common.load_params("recluster", "k"), len(micro["train"])
    )["k"]
    with open(MICRO.format(n_dims, "k.json"), encoding="utf-8") as file:
        preferred = json.load(file)
    k = preferred["silhouette"] if wanted == "auto" else wanted
    with np.load(FITTED.format(n_dims)) as fitted:
        centres, merges = fitted["centres"], fitted["merges"]
    clusters = merging.partition(merging.from_array(merges), k)

    common.save_arrays(MODEL.format(n_dims), centres=centres, clusters=clusters, merges=merges)
    for part in PARTS:
        common.save_array(CLUSTERS.format(n_dims, part), clusters[micro[part]])
    common.save_json(METRICS.format(n_dims), preferred | {"k": k})


if __name__ == "__main__":
    common.run(main, LIBRARIES)
