"""Look behind the scores: confusions, what each cluster holds, and labels that are suspect."""

import sys
from typing import Any

import numpy as np

from mnist_clustering import files
from mnist_clustering.distortion.ranking import Ranked
from mnist_clustering.errors import InputError
from mnist_clustering.evaluation import examination, labelling
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from mnist_clustering.findings import evidence, labels
from mnist_clustering.images import checking, form
from mnist_clustering.pages import audit as pages
from stages import common, together
from stages.partitions import HEADLINE, PARTITIONS, PARTS

DATASET = "data/split/dataset.json"
IMAGES = "data/split/{}_images.npy"
THUMBNAILS = "data/raw/thumbnails.npy"
LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
NAMES = "data/evaluate/names_{}.json"
NEAR = {part: f"data/neighbors/{part}_{{}}.npy" for part in PARTS}
RANKED = {"train": "data/distortion/train_forward_{}.npy", "test": "data/distortion/test_{}.npy"}
KINDS = ("indices", "distances")
COPIES = "data/copies/pairs.json"
VOTERS = 5
CONFUSED = "data/examine/confused.json"
PORTRAITS = "data/examine/clusters.json"
METRICS = "metrics/examine.json"
SUSPECTS = "data/examine/suspects.csv"
FOR_EXPLORER = "data/examine/suspects.json"
PAGE = "data/examine/audit.html"
SHOWN = 5


def main() -> None:
    """Write both, how well labels of neighbours would do, and a page of suspects and copies."""
    classes = files.load_json(CLASSES)["classes"]
    look_at_clusters(classes)
    look_at_labels(classes)


def look_at_clusters(classes: list[Any]) -> None:
    """Write confusions, portraits of clusters, and the vote of the nearest labels."""
    train, test = (np.load(LABELS.format(part)) for part in PARTS)
    confused, portraits = {}, {}
    for name, partition in PARTITIONS.items():
        clusters = partition.load()
        matched = labelling.codes_of(files.load_json(NAMES.format(name)), classes)["one_to_one"]
        confused[name] = examination.confused(test, clusters["test"], matched, classes)
        points = snap(np.load(partition.points, mmap_mode="r"))
        portraits[name] = examination.portraits(points, clusters["train"], train, matched, classes)
    files.save_json(CONFUSED, confused)
    files.save_json(PORTRAITS, portraits)
    near = {"features": NEAR["test"], "distortion": RANKED["test"]}
    votes = {
        name: examination.vote(np.load(path.format("indices"))[:, :VOTERS], train, test)
        for name, path in near.items()
    }
    ceiling = {name: to_decimals(vote) for name, vote in votes.items() if vote is not None}
    files.save_json(METRICS, {"ceiling": ceiling} if ceiling else {})


def look_at_labels(classes: list[Any]) -> None:
    """Write suspect labels as a table, by row for the explorer, and, with copies, as a page."""
    dataset, whole = files.load_json(DATASET), together.load()
    given = whole.join(LABELS)
    partition = PARTITIONS[HEADLINE].load()
    clusters = np.concatenate([partition[part][whole.kept[part]] for part in PARTS])
    near = evidence.joined(*(
        [Ranked(*(whole.of(path[part].format(kind), part) for kind in KINDS)) for part in PARTS]
        for path in (RANKED, NEAR)
    ))  # fmt: skip
    copies, found = files.load_json(COPIES), labels.NOTHING
    said = checking.about_names(classes)
    try:
        labels.check(given)
        votes = labels.neighbor_votes(near.ranked.indices, len(classes))
        found = labels.find(given, clusters, votes, len(classes))
    except InputError as error:
        said = str(error)
    if said:
        print(f"examine: {said}", file=sys.stderr)
    notes = [note for note in (copies["note"], said) if note]

    suspects = evidence.suspects_table(found, given, clusters, near, classes)
    columns = evidence.named(suspects, whole.names, whole.parts)
    files.save_table(SUSPECTS, list(columns), zip(*columns.values(), strict=True))
    rows = np.flatnonzero(np.concatenate([whole.kept[part] for part in PARTS]))[found.rows]
    shown = {"suggested": found.suggested.tolist(), "certainty": suspects["certainty"]}
    files.save_json(FOR_EXPLORER, {"rows": rows.tolist(), **shown})
    thumbnails = np.load(THUMBNAILS, mmap_mode="r")
    images = whole.join(IMAGES) if form.is_drawn(dataset["form"]) else np.empty((0, 0, 0), np.uint8)
    images = thumbnails[whole.places] if len(thumbnails) else images
    nearest = evidence.nearest(found, given, near.ranked.indices, SHOWN)
    title = dataset.get("title", "")
    places = whole.places.tolist()
    text = pages.page(title, suspects, nearest, copies["pairs"], whole.names, places, images, notes)
    files.save_text(PAGE, text)


if __name__ == "__main__":
    common.run(main)
