"""Find suspect labels and copies among all images of train and test."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import files, resources
from mnist_clustering.distortion.ranking import Ranked
from mnist_clustering.errors import InputError
from mnist_clustering.findings import copies, evidence, labels
from mnist_clustering.images import form, listing
from mnist_clustering.pages import audit as pages
from stages import common
from stages.partitions import HEADLINE, PARTITIONS, PARTS

DATASET = "data/split/dataset.json"
IMAGES = "data/split/{}_images.npy"
INDICES = "data/split/{}_indices.npy"
THUMBNAILS = "data/raw/thumbnails.npy"
PATHS = "data/raw/paths.csv"
LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
CANDIDATES = {part: f"data/neighbors/{part}_{{}}.npy" for part in PARTS}
RANKED = {"train": "data/distortion/train_forward_{}.npy", "test": "data/distortion/test_{}.npy"}
KINDS = ("indices", "distances")
SUSPECTS = "data/audit/suspects.csv"
COPIES = "data/audit/copies.csv"
PAGE = "data/audit/audit.html"
_SHOWN = 5


def main() -> None:
    """Write both as tables, and as a page."""
    dataset, classes = _json(DATASET), _json(CLASSES)["classes"]
    indices = {part: np.load(INDICES.format(part)) for part in PARTS}
    # Where test is a part of train once more, each image would be its own neighbour.
    kept: dict[str, Any] = {
        "train": slice(None),
        "test": ~np.isin(indices["test"], indices["train"]),
    }
    places = np.concatenate([indices[part][kept[part]] for part in PARTS])
    images, given = (
        np.concatenate([np.load(path.format(part))[kept[part]] for part in PARTS])
        for path in (IMAGES, LABELS)
    )
    clusters = PARTITIONS[HEADLINE].load()
    own = np.concatenate([clusters[part][kept[part]] for part in PARTS])
    near = _near(kept)
    notes = []
    try:
        labels.check(given)
        votes = labels.neighbor_votes(near.ranked.indices, len(classes))
        found = labels.find(given, own, votes, len(classes))
    except InputError as error:
        found = labels.NOTHING
        notes.append(str(error))
    is_drawn = form.is_drawn(dataset["form"])
    if is_drawn:
        alike = copies.find(images, near.ranked.indices, resources.threads())
    else:
        alike = copies.identical(images)
    suspects = evidence.suspects_table(found, given, own, near, classes)
    pairs = evidence.copies_table(alike)
    if leaks := _leaks(alike, np.isin(places, indices["train"])):
        notes.append(f"{leaks:,} images of test have a copy in train")
    for note in notes:
        print(f"audit: {note}", file=sys.stderr)

    paths = listing.read(PATHS, Path(PATHS).read_bytes()).paths or []
    names = [paths[place] if paths else str(place) for place in places.tolist()]
    parts = ["train" if is_train else "test" for is_train in np.isin(places, indices["train"])]
    _save(SUSPECTS, suspects, ("index",), names, parts)
    _save(COPIES, pairs, ("first", "second"), names, parts)
    nearest = evidence.nearest(found, given, near.ranked.indices, _SHOWN)
    thumbnails = np.load(THUMBNAILS, mmap_mode="r")
    if len(thumbnails):
        images = thumbnails[places]
    elif not is_drawn:
        images = images[:0]
    with files.output(PAGE) as temporary:
        text = pages.page(dataset["title"], suspects, nearest, pairs, names, images, notes)
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _near(kept: dict[str, Any]) -> evidence.Near:
    """Join the neighbours of both parts, all of which are in train."""
    ranked, near = (
        [
            [np.load(path[part].format(kind), mmap_mode="r")[kept[part]] for kind in KINDS]
            for part in PARTS
        ]
        for path in (RANKED, CANDIDATES)
    )
    k = min(indices.shape[1] for indices, _ in ranked)
    indices, distances = (
        np.concatenate([part[kind][:, :k] for part in ranked]) for kind in range(2)
    )
    width = min(indices.shape[1] for indices, _ in near)
    candidates = np.concatenate([own[:, :width] for own, _ in near])
    reaches = np.concatenate([evidence.reach(own) for _, own in near])
    return evidence.Near(Ranked(indices, distances), candidates, reaches)


def _leaks(found: copies.Copies, is_train: NDArray[np.bool_]) -> int:
    """Count images of test that are copies of one in train, or contain it, or are part of it."""
    true = [kind != copies.SIMILAR for kind in found.kinds]
    pairs = found.pairs[np.array(true, dtype=bool)]
    across = pairs[is_train[pairs[:, 0]] != is_train[pairs[:, 1]]]
    return len(np.unique(across[~is_train[across]]))


def _save(
    path: str, table: evidence.Table, rows: tuple[str, ...], names: list[str], parts: list[str]
) -> None:
    """Write a table, with names and parts in place of the rows of images."""
    columns: dict[str, Any] = {}
    for name, values in table.items():
        if name in rows:
            columns[name] = [names[row] for row in values]
            columns["part" if len(rows) == 1 else f"{name}_part"] = [parts[row] for row in values]
        else:
            columns[name] = ["" if value is None else value for value in values]
    files.save_table(path, list(columns), zip(*columns.values(), strict=True))


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main)
