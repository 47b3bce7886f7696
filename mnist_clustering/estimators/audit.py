"""Suspect labels and copies among the images that a fitted estimator describes."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.errors import InputError
from mnist_clustering.estimators.base import Clusters
from mnist_clustering.features import descriptors
from mnist_clustering.findings import copies, evidence, labels
from mnist_clustering.findings.evidence import Near, Table
from mnist_clustering.images import form
from mnist_clustering.images.checking import about_names
from mnist_clustering.images.labels import in_order, to_label
from mnist_clustering.neighbors.nearest import nearest


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
        Columns as of `findings.evidence.suspects_table`, which ``pandas.DataFrame`` takes.

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
    return evidence.suspects_table(found, given, clusters, near, classes)


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
        return copies.identical(images).table()
    near = neighborhood(model, X)[0]
    return copies.find(images, near.ranked.indices, model._threads()).table()


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
    indices, exact = nearest(features, k=k, n_jobs=n_jobs)
    distances = exact.astype(np.int32)
    ranked = distortion.Ranked(indices, distances)
    if len(made.gradients):
        gradients = distortion.gradients_of(
            images, made.form, directions="forward", deskewed=made.descriptor.deskewed
        )
        ranked = distortion.rank(gradients, gradients, indices, n_jobs=n_jobs)
    return evidence.joined([ranked], [distortion.Ranked(indices, distances)]), model.predict(X)
