"""Names of labels and clusters as all drawings write them, and the colours of labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.figures import palettes

NONE = "–"


def encode(*columns: NDArray[Any]) -> tuple[list[str], list[NDArray[np.int64]]]:
    """Give the labels of one or more columns numbers, the same ones in all.

    Parameters
    ----------
    *columns : ndarray of numbers or texts, shape (n,)
        NaN or an empty text stand for no label.

    Returns
    -------
    names : list of str
        All labels that occur: numbers in their order, then texts in theirs.
    codes : list of ndarray of int64, shape (n,)
        For each column the place of each label in ``names``, -1 for none.
    """
    found = [np.unique(column, return_inverse=True) for column in columns]
    texts = [[_text(value) for value in values.tolist()] for values, _ in found]
    names = sorted({text for column in texts for text in column if text}, key=_order)
    place = {name: i for i, name in enumerate(names)} | {"": -1}
    codes = [
        np.array([place[text] for text in column], dtype=np.int64)[inverse]
        for column, (_, inverse) in zip(texts, found, strict=True)
    ]
    return names, codes


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.15g}"
    return str(value)


def _order(name: str) -> tuple[bool, float, str]:
    return (False, float(name), name) if name.isdecimal() else (True, 0.0, name)


def rank(label: Any) -> tuple[bool, tuple[bool, float, str]]:
    """Sort by this to have labels in their order, and None last."""
    return label is None, _order(name_of(label))


def name_of(label: Any) -> str:
    """Write a label, a dash for None."""
    return NONE if label is None else str(label)


def cluster_name(cluster: int, label: Any = None, *, matched: bool = True) -> str:
    """Write a cluster's name, which no digit can be taken for: "c4 · 0" holds the label 0.

    Parameters
    ----------
    cluster : int
        Its number, as in the tables.
    label : str, int or None
        What it is matched with; None for nothing.
    matched : bool
        Whether to write the label.
    """
    return f"c{cluster} · {name_of(label)}" if matched else f"c{cluster}"


def scheme(
    given: NDArray[Any], numbers: NDArray[np.integer]
) -> tuple[list[str], NDArray[np.int64], bool]:
    """Choose what to colour images by: labels where there are some, or else clusters.

    Parameters
    ----------
    given : ndarray of numbers or texts, shape (n,)
        Labels, as `encode` takes them.
    numbers : ndarray of integers, shape (n,)
        Of clusters.

    Returns
    -------
    names : list of str
    codes : ndarray of int64, shape (n,)
        The place of each image's name, -1 for none.
    labelled : bool
        Whether these are labels.
    """
    names, (codes,) = encode(given)
    if names:
        return names, codes, True
    clusters = [cluster_name(i, matched=False) for i in range(int(numbers.max(initial=0)) + 1)]
    return clusters, numbers.astype(np.int64), False


def colour(code: int, palette: str) -> str:
    """Colour of the label of a code, grey for -1; a palette's colours come again after the last."""
    colours = palettes.PALETTES[palette]
    return palettes.NO_LABEL if code < 0 else colours[code % len(colours)]


def shortened(names: Sequence[str], length: int) -> list[str]:
    """Cut names to at most ``length`` characters."""
    return [name if len(name) <= length else f"{name[: length - 1]}…" for name in names]
