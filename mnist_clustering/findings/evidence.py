"""What speaks for suspicions: a table of suspect labels and one of copies, of any labelled set."""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.errors import InputError
from mnist_clustering.estimators.base import Clusters
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.features import descriptors
from mnist_clustering.findings import copies, labels
from mnist_clustering.images import form
from mnist_clustering.images.checking import about_names
from mnist_clustering.images.labels import in_order, to_label
from mnist_clustering.model import novelty
from mnist_clustering.model.fitted import N_NEXT
from mnist_clustering.neighbors.approximate import search

# The neighbour in feature space whose distance says how far others are, and those that place.
_REACH = 5
Table = dict[str, list[Any]]


class Near(NamedTuple):
    """The images next to each of n images, none of them itself.

    Attributes
    ----------
    ranked : Ranked
        By the image distortion model, or else in feature space.
    candidates : ndarray of int32, shape (n, k)
        In feature space.
    reaches : ndarray of integers, shape (n,)
        Squared distance in feature space to the fifth of these.
    """

    ranked: distortion.Ranked
    candidates: NDArray[np.int32]
    reaches: NDArray[np.integer]


def reach(distances: NDArray[np.integer]) -> NDArray[np.integer]:
    """Take the distance of each image to the fifth of its neighbours, or to the last."""
    return distances[:, min(_REACH, distances.shape[1]) - 1]


def suspects_table(
    suspects: labels.Suspects,
    given: NDArray[np.integer],
    clusters: NDArray[np.integer],
    near: Near,
    classes: Sequence[Any],
) -> Table:
    """Lay out suspect labels and what speaks for them, by column.

    Parameters
    ----------
    suspects : Suspects
    given : ndarray of integers, shape (n,)
        Codes of the labels of all images.
    clusters : ndarray of integers, shape (n,)
    near : Near
    classes : sequence
        What the codes stand for.

    Returns
    -------
    dict of list
        "index", "given", "suggested", "certainty" (0 to 1), "cluster", "support" and "own" (shares
        of the votes of neighbours for the suggested and the given label), "distance_ratio" (how
        much farther the nearest image of the given label is than that of the suggested one; None
        where no neighbour has one of them) and "novelty" (share of all images that are less
        unlike their neighbours).
    """
    rows = suspects.rows
    strange = novelty.strangeness(
        near.reaches, near.reaches[near.candidates[:, :N_NEXT]],
        clusters[near.ranked.indices[:, :_REACH]],
    )  # fmt: skip
    less = np.searchsorted(np.sort(strange), strange[rows]) / len(strange)
    ratios = labels.distance_ratios(
        suspects, given, near.ranked.indices[rows], near.ranked.distances[rows]
    )
    return {
        "index": rows.tolist(),
        "given": [classes[code] for code in suspects.given],
        "suggested": [classes[code] for code in suspects.suggested],
        "certainty": _rounded(suspects.certainty, 4),
        "cluster": clusters[rows].tolist(),
        "support": _rounded(suspects.support, 2),
        "own": _rounded(suspects.own, 2),
        "distance_ratio": _rounded(ratios, 3),
        "novelty": _rounded(less, 4),
    }


def nearest(
    suspects: labels.Suspects,
    given: NDArray[np.integer],
    neighbors: NDArray[np.integer],
    most: int,
) -> list[dict[str, list[int]]]:
    """List the nearest images that have the "suggested" label of each suspect, and the "given"."""
    found = []
    for row, own, suggested in zip(*suspects[:3], strict=True):
        theirs = given[neighbors[row]]
        having = {"suggested": theirs == suggested, "given": theirs == own}
        found.append({name: neighbors[row][has][:most].tolist() for name, has in having.items()})
    return found


def _rounded(values: NDArray[np.float64], decimals: int) -> list[float | None]:
    return [
        to_decimals(value, decimals, error=0) if np.isfinite(value) else None
        for value in values.tolist()
    ]


def copies_table(found: copies.Copies) -> Table:
    """Lay out copies by column: "first", "second" and "kind"."""
    return {
        "first": found.pairs[:, 0].tolist(),
        "second": found.pairs[:, 1].tolist(),
        "kind": found.kinds,
    }


def find_label_errors(model: Clusters, X: ArrayLike, y: ArrayLike) -> Table:
    """Find labels that are probably wrong, the most certain first.

    Clusters saw no label, and the neighbours of an image are sought among the others of X: no
    label speaks for itself.

    Parameters
    ----------
    model : ImageClusters or EmbeddingClusters
        Fitted, to X or to other images of the kind.
    X : array-like
        As in its `fit`.
    y : array-like, shape (n,)
        Labels: numbers or texts; None, NaN and "" for none.

    Returns
    -------
    dict of list
        Columns as of `suspects_table`, which ``pandas.DataFrame`` takes.

    Raises
    ------
    InputError
        If there is not one label for each image, or if fewer than two labels are in use.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from mnist_clustering import ImageClusters
    >>> digits = load_digits(n_class=2)
    >>> digits.target[7] = 1
    >>> model = ImageClusters(n_clusters=2, form="frame").fit(digits.images)
    >>> found = find_label_errors(model, digits.images, digits.target)
    >>> found["index"], found["given"], found["suggested"]
    ([7], [1], [0])
    """
    given, classes = _codes(y)
    labels.check(given)
    if said := about_names(classes):
        warnings.warn(said, stacklevel=2)
    if (n := len(np.asarray(X))) != len(given):
        raise InputError(f"X has {n:,} rows, but y {len(given):,} labels: give one for each row")
    near, clusters = neighborhood(model, X)
    votes = labels.neighbor_votes(near.ranked.indices, len(classes))
    found = labels.find(given, clusters, votes, len(classes))
    return suspects_table(found, given, clusters, near, classes)


def find_duplicates(model: Clusters, X: ArrayLike) -> Table:
    """Find copies among images: identical, near, contained; and pairs that are only similar.

    Parameters
    ----------
    model : ImageClusters or EmbeddingClusters
        Fitted, to X or to others of the kind. Of vectors only identical ones are found.
    X : array-like
        As in its `fit`.

    Returns
    -------
    dict of list
        "first", "second" (rows; what contains another is second) and "kind": "identical", "near"
        (saved again, scaled by 2 %, shifted by a pixel), "contained" (the second has all of the
        first, and more) or "similar" (no copies).
    """
    check_is_fitted(model)
    images = model._in_form(X)
    if not form.is_drawn(model._model.form) or len(images) < 2:
        return copies_table(copies.identical(images))
    near = neighborhood(model, X)[0]
    return copies_table(copies.find(images, near.ranked.indices, model._threads()))


def _codes(y: ArrayLike) -> tuple[NDArray[np.int64], list[Any]]:
    named = [to_label(label) for label in np.asarray(y, dtype=object).ravel().tolist()]
    classes = in_order({label for label in named if label is not None})
    code = {name: number for number, name in enumerate(classes)}
    return np.array([-1 if name is None else code[name] for name in named], dtype=int), classes


def neighborhood(model: Clusters, X: ArrayLike) -> tuple[Near, NDArray[np.int32]]:
    """Find the images next to each among X, and the cluster of each.

    Parameters
    ----------
    model : ImageClusters or EmbeddingClusters
    X : array-like
        As in its `fit`, two rows or more.

    Returns
    -------
    near : Near
    clusters : ndarray of int32, shape (n,)
    """
    check_is_fitted(model)
    images, made, n_jobs = model._in_form(X), model._model, model._threads()
    features = descriptors.transform(images, made.descriptor)
    k = min(made.n_candidates, len(images) - 1)
    indices, distances = search(features, k=k, exact_up_to=100_000, n_jobs=n_jobs)
    ranked = distortion.Ranked(indices, distances)
    if len(made.gradients):
        gradients = distortion.gradients_of(
            images, made.form, directions="forward", deskewed=made.descriptor.deskewed
        )
        ranked = distortion.rank(gradients, gradients, indices, n_jobs=n_jobs)
    return Near(ranked, indices, reach(distances)), model.predict(X)
