"""Choice of the images that make up the train and the test part."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

Indices = NDArray[np.int64]


def split(
    method: str, labels: NDArray[np.integer], n_train: int, n_test: int, seed: int
) -> dict[str, Indices]:
    """Choose the images of "train" and "test".

    Parameters
    ----------
    method : {"official", "validation", "all", "stratified"}
        Without a test part of its own, a dataset gives a sixth of its images, drawn at random, to
        "official", and all of them to "all".
    labels : ndarray of integers, shape (n,)
        Negative for none.
    n_train, n_test : int
        Images of each part of the dataset, those of test after those of train.
    """
    n = n_train + n_test
    if method == "validation":
        train, test = np.split(np.arange(n_train), [n_train - n_train // 6])
    elif method == "all":
        train, test = np.arange(n), np.arange(n_train if n_test else 0, n)
    elif method == "official" and n_test:
        train, test = np.split(np.arange(n), [n_train])
    else:
        train, test = stratified(labels, n_test or max(n // 6, 1), seed)
    return {"train": train, "test": test}


def about_test(n_test: int, method: str) -> str:
    """Say which images serve as test where the dataset has no such part."""
    if n_test or method in ("all", "validation"):
        return ""
    return "the dataset has no test part: a sixth of its images, drawn at random, is held out"


def stratified(labels: NDArray[np.integer], test_size: int, seed: int) -> tuple[Indices, Indices]:
    """Draw two parts at random, each with the same share of each class, in ascending order.

    Where a part is too small to hold each class, no heed is paid to them. Source:
    `sklearn.model_selection.train_test_split`.

    Raises
    ------
    InputError
        If there are too few images for two parts.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.uint8)
    >>> train, test = stratified(labels, test_size=2, seed=0)
    >>> labels[test].tolist()
    [0, 1]
    """
    n, own = len(labels), strata(labels)
    if n <= test_size:
        raise InputError(
            f"there are only {n} images, too few for a train and a test part: add more"
        )
    fits = len(np.unique(own)) <= min(test_size, n - test_size)
    train, test = _split(
        np.arange(n), test_size=test_size, random_state=seed, stratify=own if fits else None
    )
    return np.sort(train), np.sort(test)


def stratified_part(
    labels: NDArray[np.integer], indices: Indices, size: int | None, seed: int, name: str
) -> Indices:
    """Draw so many of the images of a part, with the same share of each class; None takes all.

    Raises
    ------
    InputError
        If there are fewer images than asked for, or if ``size`` is too small to include every
        class.
    """
    if size is None or size == len(indices):
        return indices
    own = strata(labels[indices])
    kinds = len(np.unique(own))
    if not kinds <= size <= len(indices) - kinds:
        raise InputError(
            f"split.{name}_size is {size}, but the {name} part has {len(indices)} images of "
            f"{kinds} kinds: ask for {kinds} to {len(indices) - kinds}, or null for all"
        )
    chosen, _ = _split(indices, train_size=size, random_state=seed, stratify=own)
    return np.sort(chosen)


def landmarks(parts: Mapping[str, Indices], size: int | None, seed: int) -> dict[str, Indices]:
    """Draw the training images that the map is made of; the rest is placed on it.

    Returns
    -------
    dict of str to ndarray of int64
        "train", the landmarks, "test", and "rest", the other training images. No label is used.
        Where test is train, scored again, it is the landmarks.

    Examples
    --------
    >>> parts = landmarks({"train": np.arange(5), "test": np.arange(5, 9)}, size=3, seed=0)
    >>> {name: part.tolist() for name, part in parts.items()}
    {'train': [2, 3, 4], 'test': [5, 6, 7, 8], 'rest': [0, 1]}
    """
    train = parts["train"]
    drawn = np.zeros(len(train), dtype=bool)
    drawn[np.random.default_rng(seed).permutation(len(train))[:size]] = True
    again = np.array_equal(parts["test"], train)
    test = train[drawn] if again else parts["test"]
    return {"train": train[drawn], "test": test, "rest": train[~drawn]}


def about_landmarks(n_landmarks: int, n_rest: int) -> str:
    """Say how many training images make the map, if not all do."""
    if not n_rest:
        return ""
    return (
        f"the map is made of {n_landmarks:,} training images drawn at random (split.landmarks), "
        f"and the other {n_rest:,} are placed on it"
    )


def strata(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """Group images by label for a draw, classes of one image together with the unlabelled.

    Examples
    --------
    >>> strata(np.array([4, 4, 7, 9, 9])).tolist()
    [4, 4, 4, 9, 9]
    """
    values, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    groups = np.where((counts < 2) | (values < 0), -1, values)[inverse]
    if (groups < 0).sum() == 1:
        groups[groups < 0] = values[counts.argmax()]
    return groups


def _split(indices: Indices, **options: Any) -> list[Indices]:
    # Imported here because it takes a second, and the official split does not need it.
    from sklearn.model_selection import train_test_split

    return train_test_split(indices, **options)
