"""The drawings: what each shows, the module of `mnist_clustering.figures` that makes it, of what.

Those that depend on no cluster of the maps are drawn by themselves: another number of clusters
leaves them alone.
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
    "elbow_pixels": Drawing(
        "Inertia with its knee, silhouette and two more criteria over k, and which criterion "
        "prefers which k, on pixels",
        "elbow",
        {"curves": "plots/elbow_pixels.csv", "preferred": "metrics/elbow_pixels.json"},
    ),
    "elbow_map": Drawing(
        "The same on the 2-D map",
        "elbow",
        {"curves": "plots/elbow_map.csv", "preferred": "metrics/elbow_map.json"},
    ),
    "kl": Drawing(
        "KL divergence over the iterations of both maps",
        "kl",
        {"flat": "plots/kl_2d.csv", "deep": "plots/kl_3d.csv"},
    ),
}
CLUSTERS = {
    "map_2d": Drawing(
        "The 2-D map of train, by label and by cluster, with a key to the colours",
        "map_2d",
        {"positions": "data/tsne/2d/train.npy", "clusters": "data/evaluate/clusters_train.csv"},
    ),
    "map_3d": Drawing(
        "The 3-D map of train from several sides",
        "map_3d",
        {"positions": "data/tsne/3d/train.npy", "clusters": "data/evaluate/clusters_train.csv"},
    ),
    "confusion": Drawing(
        "Three confusion matrices on test, with labels that the clusters got on train and the "
        "share of the diagonal, and the recall of each label",
        "confusion",
        {"table": "plots/confusion.csv", "scores": "metrics/evaluate.json"},
    ),
    "confused": Drawing(
        "The most frequent confusions on the 2-D map, with the test images concerned, the most "
        "misplaced first",
        "confused",
        {
            "images": "data/split/test_images.npy",
            "clusters": "data/evaluate/clusters_test.csv",
            "thumbnails": "data/raw/thumbnails.npy",
            "indices": "data/split/test_indices.npy",
        },
    ),
    "clusters": Drawing(
        "The clusters of the 2-D map: medoid, members from the centre outwards, size, purity, "
        "other digits, nearest cluster",
        "clusters",
        {
            "images": "data/split/train_images.npy",
            "portraits": "data/examine/clusters.json",
            "thumbnails": "data/raw/thumbnails.npy",
            "indices": "data/split/train_indices.npy",
        },
    ),
}
