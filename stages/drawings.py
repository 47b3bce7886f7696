"""The drawings: what each shows, the module of `mnist_clustering.figures` that makes it, of what.

Those that depend on no cluster of the maps are drawn by the stage `draw`, the others by `present`:
another number of clusters leaves the former alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OUTPUT = "plots/{}.png"


@dataclass(frozen=True)
class Drawing:
    """One picture.

    Attributes
    ----------
    shows : str
    module : str
        With a function `draw`.
    inputs : mapping of str to str
        Path of each result by the argument of that function.
    """

    shows: str
    module: str
    inputs: Mapping[str, str]


def _as_seen(part: str) -> dict[str, str]:
    """Images of a part, and what else it takes to show them as they look."""
    return {
        "images": f"data/split/{part}_images.npy",
        "thumbnails": "data/raw/thumbnails.npy",
        "indices": f"data/split/{part}_indices.npy",
    }


def _elbow(points: str, shows: str) -> Drawing:
    curves, preferred = f"plots/elbow_{points}.csv", f"metrics/elbow_{points}.json"
    return Drawing(shows, "elbow", {"curves": curves, "preferred": preferred})


def _map(dims: int, shows: str) -> Drawing:
    positions, clusters = f"data/tsne/{dims}d/train.npy", "data/evaluate/clusters_train.csv"
    return Drawing(shows, f"map_{dims}d", {"positions": positions, "clusters": clusters})


CURVES = {
    "centroids": Drawing(
        "The centroids of the pixels, each with the label that it is matched with",
        "centroids",
        {
            "model": "models/kmeans.npz",
            "names": "data/evaluate/names_pixels.json",
            "images": "data/split/test_images.npy",
        },
    ),
    "elbow_pixels": _elbow(
        "pixels",
        "Inertia with its knee, silhouette and two more criteria over k, and which criterion "
        "prefers which k, on pixels",
    ),
    "elbow_map": _elbow("map", "The same on the 2-D map"),
    "kl": Drawing(
        "KL divergence over the iterations of both maps",
        "kl",
        {"flat": "plots/kl_2d.csv", "deep": "plots/kl_3d.csv"},
    ),
}
CLUSTERS = {
    "map_2d": _map(2, "The 2-D map of train, by label and by cluster, with a key to the colours"),
    "map_3d": _map(3, "The 3-D map of train from several sides"),
    "confusion": Drawing(
        "Confusion matrices on test, of the pixels and of the clusters of the 2-D map, with labels "
        "that the clusters got on train and the share of the diagonal",
        "confusion",
        {"table": "plots/confusion.csv", "scores": "metrics/evaluate.json"},
    ),
    "confused": Drawing(
        "The most frequent confusions on the 2-D map, with the test images concerned, the most "
        "misplaced first",
        "confused",
        _as_seen("test") | {"clusters": "data/evaluate/clusters_test.csv"},
    ),
    "clusters": Drawing(
        "The clusters of the 2-D map: medoid, members from the centre outwards, size, purity, "
        "other digits, nearest cluster",
        "clusters",
        _as_seen("train") | {"portraits": "data/examine/clusters.json"},
    ),
}
