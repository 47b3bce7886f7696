"""Cluster the map finely, and find in which order its micro-clusters belong together."""

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering import limits as fitting
from mnist_clustering.clustering import criteria, kmeans, merging
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.exact.sampling import fixed_sample
from stages import common

MAP = "data/tsne/{}d/{}.npy"
NEIGHBORS = "data/distortion/train_{}_indices.npy"
OUTPUT = "data/micro/{}d/{}"
MODEL = "models/micro_{}d.npz"
CURVE = "plots/micro_{}d.csv"


def main(n_dims: str) -> None:
    """Fit micro-clusters on train, assign test, order their merges and judge what they leave."""
    train, test = (snap(np.load(MAP.format(n_dims, part))) for part in ("train", "test"))
    params = fitting.fitting("micro", common.load_params("micro"), len(train))
    forward, reverse = (
        np.load(NEIGHBORS.format(direction), mmap_mode="r")[:, : params["edges"]]
        for direction in ("forward", "reverse")
    )
    micro = kmeans.fit(
        train,
        params["micro_clusters"],
        n_init=params["n_init"],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=resources.threads(),
    )
    n_micro = len(micro.centres)
    counts = merging.count_containment(micro.labels, forward, reverse, n_micro)
    merges = merging.merge(counts, np.bincount(micro.labels, minlength=n_micro))

    sample = fixed_sample(len(train), params["silhouette_sample"])
    judge = criteria.Judge(train, sample)
    curve = merging.curve(merges, micro.labels[sample], judge.distances, params["k_max"])
    preferred = {
        "silhouette": max(curve, key=lambda step: step.silhouette).k,
        "widest_gap": merging.widest_gap(merges, params["k_max"]),
    }

    files.save_arrays(MODEL.format(n_dims), centres=micro.centres, merges=merging.to_array(merges))
    files.save_array(OUTPUT.format(n_dims, "train.npy"), micro.labels)
    files.save_array(OUTPUT.format(n_dims, "test.npy"), kmeans.assign(test, micro.centres))
    files.save_json(OUTPUT.format(n_dims, "k.json"), preferred)
    files.save_table(
        CURVE.format(n_dims),
        ("k", "silhouette", "share"),
        [(step.k, to_decimals(step.silhouette), to_decimals(step.share)) for step in curve],
    )


if __name__ == "__main__":
    common.run(main)
