"""What the fitted model says of images, as rows for people and programs."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import resources
from mnist_clustering.errors import InputError
from mnist_clustering.images import listing
from mnist_clustering.images.form import HANDWRITING
from mnist_clustering.model import fitted as model
from mnist_clustering.model.queries import Source

Row = dict[str, Any]
NOT_A_DIGIT, UNLIKE = "not a digit", "unlike all"


def load_model(path: Path) -> model.Model:
    """Read the fitted model, an output of the stage ``bundle``; nothing in the file is executed.

    Raises
    ------
    InputError
        If there is no model, or if it cannot be read.
    """
    if not path.is_file():
        raise InputError(
            f"the fitted model {path} is missing: make it by `make repro`, or fetch it by "
            "`dvc pull`, or name another by --model"
        )
    try:
        return model.read(path)[0]
    except InputError as error:
        raise InputError(f"{error}: make it anew by `make repro`") from None


def predict(sources: Sequence[Source], fitted: model.Model) -> list[Row]:
    """Place the images of all files.

    Returns
    -------
    list of dict
        For each image: file, image (its number in the file), label, cluster, x, y, distance (to
        the nearest training image), reason, box (in the picture), neighbors (numbers of the
        nearest training images). Label, cluster, x and y are None where there is a reason why the
        image is not a digit: it has no place on the map.
    """
    images = np.concatenate([source.images for source in sources])
    drawn = np.concatenate([np.full(len(source.images), source.drawn) for source in sources])
    placed = model.apply(fitted, images, resources.threads(), drawn)
    flaws = [flaw for source in sources for flaw in source.flaws]
    boxes = [box for source in sources for box in source.boxes]
    names = [
        (source.file, source.first + number)
        for source in sources
        for number in range(len(source.images))
    ]
    results = []
    for row, ((file, number), flaw, box) in enumerate(zip(names, flaws, boxes, strict=True)):
        reason = flaw or placed.reasons[row]
        cluster = int(placed.clusters[row])
        # The shortest decimals that stand for the float32, as NumPy writes them.
        x, y = (None if reason else float(str(value)) for value in placed.positions[row])
        results.append(
            {
                "file": file,
                "image": number,
                "label": None if reason else fitted.names[cluster],
                "cluster": None if reason else cluster,
                "x": x,
                "y": y,
                "distance": round(math.sqrt(placed.distances[row, 0]), 6),
                "reason": reason,
                "box": box,
                "neighbors": placed.neighbors[row].tolist(),
            }
        )
    return results


def add_labels(rows: Sequence[Row], path: Path) -> None:
    """Add to each row what it really shows, as "actual" (`listing.read`, `listing.assign`).

    Raises
    ------
    InputError
        If there is not one label for each image, or if it is not clear for which one it is.
    """
    listed = listing.read(str(path), path.read_bytes())
    images = [(row["file"], row["image"]) for row in rows]
    for row, label in zip(rows, listing.assign(listed, images, str(path)), strict=True):
        row["actual"] = label


def named(row: Row) -> str:
    """Name what an image is placed among: the label of its cluster, or else its number."""
    return f"cluster {row['cluster']}" if row["label"] is None else str(row["label"])


def refused(fitted: model.Model) -> str:
    """Say in words what an image is that there is a reason against."""
    return NOT_A_DIGIT if fitted.form == HANDWRITING else UNLIKE


def summary(rows: Sequence[Row], fitted: model.Model) -> str:
    """Say on which map images were placed, as what, and how many rightly where that is known."""
    labels = Counter(named(row) for row in rows if not row["reason"])
    # What to do about it stands in each row.
    reasons = Counter(row["reason"].partition(":")[0] for row in rows if row["reason"])
    counts = [f"{label}: {labels[label]:,}" for label in sorted(labels, key=str)]
    images = f"{len(rows):,} image{'s' if len(rows) > 1 else ''}"
    parts = [f"{images} on the map of {fitted.dataset}"]
    if counts:
        parts.append(", ".join(counts))
    if reasons:
        listed = ", ".join(f"{n:,} {reason}" for reason, n in reasons.most_common())
        parts.append(f"{refused(fitted)}: {sum(reasons.values()):,} ({listed})")
    labelled = [row for row in rows if row.get("actual") is not None]
    if labelled:
        given = [row for row in labelled if not row["reason"]]
        # A cluster may have no name, and a class may be called "None".
        right = sum(
            row["label"] is not None and str(row["label"]) == str(row["actual"]) for row in given
        )
        wrong = len(given) - right
        parts.append(f"right {right / len(labelled):.2%}, wrong {wrong / len(labelled):.2%}")
    return "; ".join(parts)
