"""What the explorer knows of every image, one row each, those of train first."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.figures import captions, palettes
from mnist_clustering.images import form
from mnist_clustering.pages import relations

# For the train and the test part: neighbours of its images, clusters of train, their own clusters.
Related = Sequence[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]]
_PALETTE = "contrast"
# As Pillow turns colours into grey levels, in units of 2 ** -16.
_LUMA = np.array((19595, 38470, 7471))
_BLOCK = re.compile("descriptor_(.+)_mean")


def images(rows: Mapping[str, Any], related: Related, n_train: int, shown: int) -> dict[str, Any]:
    """Describe the images by label, cluster, place and confidence.

    Parameters
    ----------
    rows : mapping
        "label" (a place in "classes", negative for none), "cluster" and "index" (in the data set),
        of shape (n,), and "maps" by name.
    related : sequence of two
    n_train, shown : int
        Images of train, and neighbours that the confidence is taken of.

    Returns
    -------
    dict
    """
    codes = rows["label"]
    agreed = [relations.agreement(near[:, :shown], *clusters) for near, *clusters in related]
    return {
        "n_train": n_train,
        "shown": shown,
        "classes": [captions.name_of(name) for name in rows["classes"]],
        "colours": {"classes": palettes.PALETTES[_PALETTE], "none": palettes.NO_LABEL},
        "label": codes.astype(np.int16) if (codes >= 0).any() else None,
        "cluster": rows["cluster"].astype(np.int16),
        "index": rows["index"],
        "agreement": np.concatenate(agreed),
        "maps": rows["maps"],
    }


def groups(
    rows: Mapping[str, Any],
    model: Mapping[str, NDArray[Any]],
    names: Mapping[str, Sequence[Any]],
    medoids: Sequence[int],
) -> dict[str, Any]:
    """Describe the clusters, the groups that they were merged from, and what places images.

    Parameters
    ----------
    rows : mapping
        As in `images`.
    model : mapping of str to ndarray
        "centres" of the groups on the grid of the 2-D map, their "clusters", and all else that is
        fitted but for what is large.
    names : mapping of str to sequence of labels or None
        For each cluster the label of its "majority", and the one that it is matched with
        "one_to_one".
    medoids : sequence of int
        A training image for each cluster.

    Returns
    -------
    dict
    """
    positions = snap(rows["maps"]["2d"])
    centres, clusters = model["centres"], model["clusters"]
    own = kmeans.assign(positions, centres)
    n_train = int(model["reaches"].size)
    codes = {key: _codes(labels, rows["classes"]) for key, labels in names.items()}
    named = np.array(codes["majority"])
    # Of images in a cluster of their label, and of those without a label, it is 0.
    wrong = np.flatnonzero((named[clusters[own]] != rows["label"]) & (rows["label"] >= 0))
    misplaced = np.zeros(len(positions), dtype=np.float32)
    misplaced[wrong] = scores.misplacement(
        positions[wrong], centres, clusters, rows["label"][wrong], codes["majority"]
    )
    sizes = np.bincount(rows["cluster"][:n_train], minlength=len(named))
    return {
        "clusters": cluster_names(names["majority"], sizes),
        "named": codes["majority"],
        "matched": codes["one_to_one"],
        "medoids": list(medoids),
        "group": own.astype(np.int16),
        "group_medoids": relations.medoids(positions[:n_train], own[:n_train], centres),
        "group_clusters": clusters,
        "misplaced": misplaced,
        "placed_by": int(model["n_neighbors"].item()),
        "blocks": blocks(model),
    }


def cluster_names(labels: Sequence[Any], sizes: Sequence[int] | NDArray[np.integer]) -> list[str]:
    """Name clusters by their most frequent labels, so that no name can be taken for a label.

    Parameters
    ----------
    labels : sequence of labels or None
        The most frequent of each cluster, None where it has none.
    sizes : sequence of int
        Of several clusters with one label the largest has the plain name.

    Examples
    --------
    >>> cluster_names([4, 6, 4, None, 4], [5, 9, 9, 1, 2])
    ['also mostly 4', 'mostly 6', 'mostly 4', 'cluster 3', 'also mostly 4 (2)']
    """
    found, seen_so_far = [""] * len(labels), Counter[Any]()
    for cluster in sorted(range(len(labels)), key=lambda i: (-int(sizes[i]), i)):
        label = labels[cluster]
        before = seen_so_far[label]
        number = f" ({before})" if before > 1 else ""
        plain = f"{'also ' if before else ''}mostly {captions.name_of(label)}{number}"
        found[cluster] = f"cluster {cluster}" if label is None else plain
        seen_so_far[label] += 1
    return found


def _codes(labels: Sequence[Any], classes: Sequence[Any]) -> list[int]:
    """Give the place of each label among the classes, -1 for None."""
    return [-1 if label is None else classes.index(label) for label in labels]


def seen(
    images: NDArray[np.uint8],
    name: str,
    thumbnails: NDArray[np.uint8],
    indices: NDArray[np.int32],
) -> NDArray[np.uint8]:
    """Choose what to show of images: of embeddings, the pictures that they stand for.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        In form.
    name : str
        Of the form.
    thumbnails : ndarray of uint8, shape (m, side, side, 3)
        Of the whole dataset, maybe none.
    indices : ndarray of int32, shape (n,)
        Of the images within the dataset.

    Returns
    -------
    ndarray of uint8, shape (n, height, width)
        Of thumbnails, the luma of every second pixel.
    """
    if form.is_drawn(name) or not len(thumbnails):
        return images
    colours = thumbnails[indices][:, ::2, ::2].astype(np.int64)
    return ((colours @ _LUMA + (1 << 15)) >> 16).astype(np.uint8)


def blocks(model: Iterable[str]) -> list[str]:
    """Name the blocks of features that a model computes, by the names of its arrays.

    Examples
    --------
    >>> blocks(["descriptor_deskewed", "descriptor_pixel_mean", "descriptor_pixel_loadings"])
    ['pixel']
    """
    return [found[1] for name in model if (found := _BLOCK.fullmatch(name))]


def neighbors(related: Related, shown: int) -> dict[str, NDArray[np.int32]]:
    """Collect the nearest training images of each image, and the nearest of another cluster.

    Parameters
    ----------
    related : sequence of two
    shown : int

    Returns
    -------
    dict
        "near", of shape (n, shown), and "other", of shape (n,), -1 where there is none.
    """
    return {
        "near": np.concatenate([near[:, :shown] for near, *_ in related]),
        "other": np.concatenate([relations.nearest_other(*given) for given in related]),
    }


def columns(text: str) -> dict[str, list[str]]:
    r"""Part a table in CSV by column, each under its name.

    Examples
    --------
    >>> columns("k,inertia\n2,10\n3,7\n")
    {'k': ['2', '3'], 'inertia': ['10', '7']}
    """
    header, *rows = csv.reader(text.splitlines())
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}
