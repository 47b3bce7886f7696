"""Labels by name: how each is read, wherever it stands, and the codes that stand for them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.images import checking

Label = str | int
Labels = list[Label | None]
# What columns are called that hold labels.
COLUMNS = ("label", "labels", "class", "target", "y")
_WHOLE = re.compile(r"-?\d+\.0+")


def to_label(given: Any) -> Label | None:
    """Read one label: a whole number as such, NaN and nothing as none, all else as text.

    Examples
    --------
    >>> [to_label(given) for given in ("3", 3.0, "03", " cat ", "none", "", float("nan"))]
    [3, 3, '03', 'cat', 'none', None, None]
    """
    if given is None or given != given:
        return None
    given = given.decode(errors="replace") if isinstance(given, bytes) else given
    text = str(int(given)) if isinstance(given, float) and given.is_integer() else str(given)
    text = text.strip()
    return int(text) if text.isdecimal() and str(int(text)) == text else text or None


def of_column(cells: Iterable[Any]) -> Labels:
    """Read labels that belong together.

    If all texts are like "3.0", they are the whole numbers that they were before a program met a
    gap.
    """
    given = list(cells)
    texts = [cell.strip() for cell in given if isinstance(cell, str) and cell.strip()]
    if texts and all(map(_WHOLE.fullmatch, texts)):
        given = [float(cell) if isinstance(cell, str) and cell.strip() else cell for cell in given]
    return [to_label(cell) for cell in given]


def for_each(labels: Labels | None, n: int, part: str) -> Labels:
    """Return the labels of n images, none for each if there are none at all.

    Raises
    ------
    InputError
        If they are of another number.
    """
    if labels is None:
        return [None] * n
    if len(labels) != n:
        raise InputError(
            f"{part} has {n:,} images, but {len(labels):,} labels: give one label for "
            "each image, in the same order"
        )
    return labels


def usable(named: dict[str, Labels]) -> dict[str, Labels]:
    """Take a single class, a folder around all, for none."""
    classes = {label for labels in named.values() for label in labels if label is not None}
    if len(classes) > 1:
        return named
    return {part: [None] * len(labels) for part, labels in named.items()}


def in_order(labels: Iterable[Label]) -> list[Label]:
    """Sort labels: numbers before texts."""
    return sorted(labels, key=lambda label: (isinstance(label, str), label))


def to_codes(
    named: Mapping[str, Labels],
) -> tuple[dict[str, NDArray[np.uint8]], list[Label]]:
    """Turn labels of parts into codes, `checking.UNKNOWN` for none, and the classes they mean.

    Raises
    ------
    InputError
        If there are too many classes.
    """
    found = {label for labels in named.values() for label in labels if label is not None}
    classes = in_order(found)
    if len(classes) >= checking.UNKNOWN:
        raise InputError(
            f"there are {len(classes)} classes, but at most {checking.UNKNOWN - 1} "
            "are possible: give fewer, or leave labels out"
        )
    code = {label: i for i, label in enumerate(classes)} | {None: checking.UNKNOWN}
    codes = {
        part: np.array([code[label] for label in labels], dtype=np.uint8)
        for part, labels in named.items()
    }
    return codes, classes
