"""Suspect labels among images that a fitted model placed: labels that were given for them."""

from collections.abc import Sequence

import numpy as np

from mnist_clustering.findings import labels
from mnist_clustering.images.checking import about_names
from mnist_clustering.images.labels import in_order
from mnist_clustering.model.answers import Row
from mnist_clustering.model.fitted import Model, clusters_at

COLUMNS = ("file", "image", "given", "suggested", "certainty", "cluster", "support", "own")


def suspects(rows: Sequence[Row], fitted: Model) -> list[Row]:
    """Find the labels that neither the clusters of the nearest training images nor others bear out.

    Parameters
    ----------
    rows : sequence of dict
        As from `answers.predict`, with "actual".
    fitted : Model
        Its training images vote by the names of their clusters.

    Returns
    -------
    list of dict
        `COLUMNS` of each, the most certain first; see `findings.evidence.suspects_table`.
    """
    judged = [row for row in rows if row["actual"] is not None and not row["reason"]]
    named = {name for name in fitted.names if name is not None}
    classes = [str(name) for name in in_order({row["actual"] for row in judged} | named)]
    # 4 and "4" are one class.
    classes = list(dict.fromkeys(classes))
    if not judged or len(classes) < 2:
        return []
    code = {name: number for number, name in enumerate(classes)}
    code_of = np.array([-1 if name is None else code[str(name)] for name in fitted.names])
    near = np.array([row["neighbors"] for row in judged])
    theirs = code_of[clusters_at(fitted, fitted.embedding[near.ravel()])].reshape(near.shape)
    votes = (theirs[:, :, None] == np.arange(len(classes))).sum(axis=1)
    given = np.array([code[str(row["actual"])] for row in judged])
    clusters = np.array([row["cluster"] for row in judged])
    found = labels.find(given, clusters, lambda _: votes, len(classes))
    return [
        {
            "file": judged[row]["file"],
            "image": judged[row]["image"],
            "given": classes[own],
            "suggested": classes[suggested],
            "certainty": round(certainty, 4),
            "cluster": judged[row]["cluster"],
            "support": round(support, 2),
            "own": round(share, 2),
        }
        for row, own, suggested, certainty, support, share in zip(
            *(part.tolist() for part in found), strict=True
        )
    ]


def sentence(found: Sequence[Row], rows: Sequence[Row], fitted: Model) -> str:
    """Say how many labels are suspect, and which is the most certain."""
    n = sum(row["actual"] is not None for row in rows)
    told = f"suspect labels: {len(found):,} of {n:,}"
    if found:
        first = found[0]
        told += (
            f", such as {first['given']} of {first['file']}"
            + (f" (image {first['image']})" if first["image"] else "")
            + f", which looks like {first['suggested']}"
        )
    names = {str(row["actual"]) for row in rows if row["actual"] is not None}
    alike = about_names(sorted(names | {str(name) for name in fitted.names if name is not None}))
    return f"{told}; {alike}" if alike else told
