"""Find suspect labels and copies among all images of train and test."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

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
NEAR = {part: f"data/neighbors/{part}_{{}}.npy" for part in PARTS}
RANKED = {"train": "data/distortion/train_forward_{}.npy", "test": "data/distortion/test_{}.npy"}
KINDS = ("indices", "distances")
SUSPECTS = "data/audit/suspects.csv"
COPIES = "data/audit/copies.csv"
PAGE = "data/audit/audit.html"
SHOWN = 5


def main() -> None:
    """Write both as tables, and as a page."""
    dataset, classes = _json(DATASET), _json(CLASSES)["classes"]
    indices = {part: np.load(INDICES.format(part)) for part in PARTS}
    # Where test is a part of train once more, each image would be its own neighbour.
    kept = {"test": ~np.isin(indices["test"], indices["train"])}
    kept["train"] = np.ones(len(indices["train"]), dtype=bool)
    places = np.concatenate([indices[part][kept[part]] for part in PARTS])
    is_train = np.arange(len(places)) < len(indices["train"])
    images, given = (
        np.concatenate([np.load(path.format(part))[kept[part]] for part in PARTS])
        for path in (IMAGES, LABELS)
    )
    partition = PARTITIONS[HEADLINE].load()
    clusters = np.concatenate([partition[part][kept[part]] for part in PARTS])
    near = evidence.joined(
        *(
            [Ranked(*(np.load(path[part].format(kind))[kept[part]] for kind in KINDS))
             for part in PARTS]
            for path in (RANKED, NEAR)
        )
    )  # fmt: skip
    notes, found = [], labels.NOTHING
    try:
        labels.check(given)
        votes = labels.neighbor_votes(near.ranked.indices, len(classes))
        found = labels.find(given, clusters, votes, len(classes))
    except InputError as error:
        notes.append(str(error))
    if form.is_drawn(dataset["form"]):
        alike = copies.find(images, near.ranked.indices, resources.threads())
    else:
        alike = copies.identical(images)
        images = images[:0]
    if leaks := copies.leaks(alike, is_train):
        notes.append(f"{leaks:,} images of test have a copy in train")
    for note in notes:
        print(f"audit: {note}", file=sys.stderr)

    paths = listing.read(PATHS, Path(PATHS).read_bytes()).paths or []
    names = [paths[place] if paths else str(place) for place in places.tolist()]
    parts = ["train" if own else "test" for own in is_train.tolist()]
    suspects = evidence.suspects_table(found, given, clusters, near, classes)
    pairs = evidence.copies_table(alike)
    for path, table in ((SUSPECTS, suspects), (COPIES, pairs)):
        columns = evidence.named(table, names, parts)
        files.save_table(path, list(columns), zip(*columns.values(), strict=True))
    thumbnails = np.load(THUMBNAILS, mmap_mode="r")
    images = thumbnails[places] if len(thumbnails) else images
    nearest = evidence.nearest(found, given, near.ranked.indices, SHOWN)
    text = pages.page(dataset.get("title", ""), suspects, nearest, pairs, names, images, notes)
    with files.output(PAGE) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main)
