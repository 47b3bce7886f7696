"""Compute criteria for the number of clusters, of the raw pixels or of the 2-D map."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.clustering import criteria
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.exact.sampling import fixed_sample
from stages import common

POINTS = {"pixels": "data/flat/train.npy", "map": "data/tsne/2d/train.npy"}
CURVES = "plots/elbow_{}.csv"
METRICS = "metrics/elbow_{}.json"
PREFERRED_K = "data/elbow/{}/k.json"
PARAMS = ("k_min", "k_max", "max_iter", "silhouette_sample", "seed")


def main(space: str) -> None:
    """Cluster with each k in turn; write the criteria, their preferences and the preferred k."""
    own = f"{space}_starts"
    points = snap(np.load(POINTS[space], mmap_mode="r"))
    params = fitting.fitting("elbow", common.load_params("elbow", *PARAMS, own), len(points))
    numbers = range(params["k_min"], params["k_max"] + 1)
    clusterings = criteria.clusterings(
        points,
        numbers,
        n_init=params[own],
        max_iter=params["max_iter"],
        seed=params["seed"],
        n_jobs=resources.threads(),
    )
    sample = fixed_sample(len(points), params["silhouette_sample"])
    judge = criteria.Judge(points, sample)
    bar = progress.bar(clusterings, total=len(numbers), description=f"elbow {space}")
    rows = [judge.criteria(clustering) for clustering in bar]

    files.save_table(
        CURVES.format(space),
        ("k", *criteria.DECIMALS),
        [
            (row["k"], *(to_decimals(row[name], n) for name, n in criteria.DECIMALS.items()))
            for row in rows
        ],
    )
    files.save_json(METRICS.format(space), criteria.preferred(rows))
    files.save_json(PREFERRED_K.format(space), {"k": criteria.preferred(rows)["silhouette"]})


if __name__ == "__main__":
    common.run(main)
