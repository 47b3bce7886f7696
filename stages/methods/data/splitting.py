"""Choice of the images that make up the train and the test part."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.methods.errors import InputError

Indices = NDArray[np.int64]


def official(n_train: int, n: int) -> tuple[Indices, Indices]:
    """Split n images in file order: the first ``n_train``, and the rest."""
    return np.arange(n_train), np.arange(n_train, n)


def stratified(labels: NDArray[np.uint8], test_size: int, seed: int) -> tuple[Indices, Indices]:
    """Draw both parts at random, each with the same share of each digit.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
    test_size : int
        Images in the test part.
    seed : int

    Returns
    -------
    train, test : ndarray of int64
        Indices of images, in ascending order.

    Notes
    -----
    Source: `sklearn.model_selection.train_test_split`.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.uint8)
    >>> train, test = stratified(labels, test_size=2, seed=0)
    >>> labels[test].tolist()
    [0, 1]
    """
    train, test = _split(
        np.arange(len(labels)), test_size=test_size, random_state=seed, stratify=labels
    )
    return np.sort(train), np.sort(test)


def stratified_part(
    labels: NDArray[np.uint8], indices: Indices, size: int | None, seed: int, name: str
) -> Indices:
    """Draw a subset of the given images with the same share of each digit.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        Labels of all images.
    indices : ndarray of int64, shape (m,)
        The images to draw from.
    size : int or None
        Number of images to draw; None takes all.
    seed : int
    name : str
        "train" or "test", for the error message.

    Returns
    -------
    ndarray of int64, shape (size,)
        Indices of images, in ascending order.

    Raises
    ------
    InputError
        If there are fewer images than asked for, or if ``size`` is too small to include every
        digit.
    """
    if size is None or size == len(indices):
        return indices
    digits = len(np.unique(labels[indices]))
    if not digits <= size <= len(indices) - digits:
        raise InputError(
            f"split.{name}_size is {size}, but the {name} part has {len(indices)} images of "
            f"{digits} digits: ask for {digits} to {len(indices) - digits}, or null for all"
        )
    chosen, _ = _split(indices, train_size=size, random_state=seed, stratify=labels[indices])
    return np.sort(chosen)


def _split(indices: Indices, **options: Any) -> list[Indices]:
    # Imported here because it takes a second, and the official split does not need it.
    from sklearn.model_selection import train_test_split

    return train_test_split(indices, **options)


def check_digits(labels: NDArray[np.uint8], name: str) -> None:
    """Refuse a part that lacks a digit, because no cluster could be named after it.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
    name : str
        "train" or "test", for the error message.

    Raises
    ------
    InputError
        If a digit from 0 to 9 does not occur.
    """
    missing = sorted(set(range(10)) - set(np.unique(labels).tolist()))
    if missing:
        raise InputError(
            f"the {name} part shows no {', '.join(map(str, missing))}, but every digit is needed: "
            f"raise split.{name}_size or choose another split.method"
        )
