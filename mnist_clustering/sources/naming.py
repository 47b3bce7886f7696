"""Labels by name, and the codes that stand for them in the files."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images import checking

Labels = list[str | int | None]


def checked(labels: list[Any] | None, n: int, part: str) -> Labels:
    """Read the labels of n images; refuse them if they are of another number.

    Raises
    ------
    InputError
    """
    if labels is None:
        return [None] * n
    if len(labels) != n:
        raise InputError(
            f"{part} has {n:,} images, but {len(labels):,} labels: give one label for "
            "each image, in the same order"
        )
    return [plain(label) for label in labels]


def plain(given: Any) -> str | int | None:
    """Read one label: a whole number as such, NaN and nothing as none, all else as text."""
    if given is None or given == "" or given != given:
        return None
    text = str(int(given)) if isinstance(given, float) and given.is_integer() else str(given)
    return int(text) if text.isdecimal() and str(int(text)) == text else text


def usable(named: dict[str, Labels]) -> dict[str, Labels]:
    """Take a single class, a folder around all, for none."""
    classes = {label for labels in named.values() for label in labels if label is not None}
    if len(classes) > 1:
        return named
    return {part: [None] * len(labels) for part, labels in named.items()}


def coded(
    named: Mapping[str, Labels],
) -> tuple[dict[str, NDArray[np.uint8]], list[str | int]]:
    """Turn labels into codes, numbers before texts.

    Returns
    -------
    codes : dict of str to ndarray of uint8
        By part, `checking.UNKNOWN` for none.
    classes : list of str or int
        What the codes stand for.

    Raises
    ------
    InputError
        If there are too many classes.
    """
    found = {label for labels in named.values() for label in labels if label is not None}
    classes = sorted(found, key=lambda label: (isinstance(label, str), label))
    if len(classes) >= checking.UNKNOWN:
        raise InputError(
            f"there are {len(classes)} classes, but at most {checking.UNKNOWN - 1} "
            "are possible: give fewer, or leave labels out"
        )
    code = {label: i for i, label in enumerate(classes)} | {None: checking.UNKNOWN}
    coded = {
        part: np.array([code[label] for label in labels], dtype=np.uint8)
        for part, labels in named.items()
    }
    return coded, classes
