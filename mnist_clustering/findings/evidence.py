"""What speaks for suspicions: a table of suspect labels, and the nearest images."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.distortion.ranking import Ranked
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.findings import labels
from mnist_clustering.model import novelty

# As a model judges new images: the neighbour whose distance says how far others are, and how many
# next in feature space are asked for theirs.
_REACH, _NEXT = 5, 15
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

    ranked: Ranked
    candidates: NDArray[np.int32]
    reaches: NDArray[np.integer]


def joined(ranked: Sequence[Ranked], near: Sequence[Ranked]) -> Near:
    """Join the neighbours of several parts, all of which are images of the first part.

    Parameters
    ----------
    ranked, near : sequence of Ranked
        Of each part: by the image distortion model, and in feature space.
    """
    k, width = (min(own.indices.shape[1] for own in parts) for parts in (ranked, near))
    both = Ranked(
        np.concatenate([own.indices[:, :k] for own in ranked]),
        np.concatenate([own.distances[:, :k] for own in ranked]),
    )
    candidates = np.concatenate([own.indices[:, :width] for own in near])
    return Near(both, candidates, np.concatenate([_reach(own.distances) for own in near]))


def _reach(distances: NDArray[np.integer]) -> NDArray[np.integer]:
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
    strange = novelty.novelty_score(
        near.reaches, near.reaches[near.candidates[:, :_NEXT]],
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


def named(table: Table, names: Sequence[str], parts: Sequence[str]) -> Table:
    """Put the name of each image, and its part, in place of its row; nothing in place of None."""
    columns: Table = {}
    for name, values in table.items():
        if name in ("index", "first", "second"):
            columns[name] = [names[row] for row in values]
            columns["part" if name == "index" else f"{name}_part"] = [parts[row] for row in values]
        else:
            columns[name] = ["" if value is None else value for value in values]
    return columns


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
