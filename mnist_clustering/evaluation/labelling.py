"""Labels that are given later, for some images: they join those that the dataset has."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images.labels import Label, in_order


def join(
    codes: NDArray[np.integer],
    classes: Sequence[Label],
    keys: Sequence[str],
    later: Mapping[str, Label],
) -> tuple[NDArray[np.integer], list[Label]]:
    """Give images the labels of a table, in place of those they have.

    Parameters
    ----------
    codes : ndarray of integers, shape (n,)
        Labels so far, negative for none.
    classes : sequence of str or int
        What they stand for.
    keys : sequence of str
        What the table calls each image: its path, or its index. One may occur twice.
    later : mapping of str to str or int
        Labels by key.

    Returns
    -------
    codes, classes
        Likewise, with new classes after the old ones; what was given if there is no table.

    Raises
    ------
    InputError
        If the table names images that there are not.

    Examples
    --------
    >>> codes, classes = join(np.array([-1, 0]), ["cat"], ["a.png", "b.png"], {"a.png": "dog"})
    >>> codes.tolist(), classes
    ([1, 0], ['cat', 'dog'])
    """
    if not later:
        return codes, list(classes)
    there = set(keys)
    if unknown := [key for key in later if key not in there]:
        raise InputError(
            f"labels.csv names {len(unknown)} images that are not there, such as {unknown[0]}: "
            f"images are called like {keys[0]}"
        )
    known = {str(name): code for code, name in enumerate(classes)}
    names = list(classes)
    for name in in_order(set(later.values())):
        if str(name) not in known:
            known[str(name)] = len(names)
            names.append(name)
    joined = codes.astype(np.int16)
    # An image may be in both parts.
    for row, key in enumerate(keys):
        if key in later:
            joined[row] = known[str(later[key])]
    return joined, names


def texts(codes: NDArray[np.integer], classes: Sequence[Label]) -> list[str]:
    """Write the label of each image, nothing for none."""
    return ["" if code < 0 else str(classes[code]) for code in codes.tolist()]


def values_of(names: Mapping[str, Sequence[Any]], classes: Sequence[Label]) -> dict[str, list[Any]]:
    """Write codes as the classes that they stand for; None stays."""
    return {
        way: [None if code is None else classes[code] for code in codes]
        for way, codes in names.items()
    }


def codes_of(names: Mapping[str, Sequence[Any]], classes: Sequence[Label]) -> dict[str, list[Any]]:
    """Undo `values_of`."""
    code = {name: i for i, name in enumerate(classes)}
    return {way: [code.get(value) for value in values] for way, values in names.items()}
