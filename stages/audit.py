"""Find suspect labels among all images of train and test."""

import sys

import numpy as np

from mnist_clustering import files
from mnist_clustering.distortion.ranking import Ranked
from mnist_clustering.errors import InputError
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
NEAR = {part: f"data/neighbors/{part}_{{}}.npy" for part in PARTS}
RANKED = {"train": "data/distortion/train_forward_{}.npy", "test": "data/distortion/test_{}.npy"}
KINDS = ("indices", "distances")
COPIES = "data/copies/pairs.json"
SUSPECTS = "data/audit/suspects.csv"
FOR_EXPLORER = "data/audit/suspects.json"
PAGE = "data/audit/audit.html"
SHOWN = 5


def main() -> None:
    """Write them as a table, by row for the explorer, and, with copies, as a page."""
    dataset, classes = files.load_json(DATASET), files.load_json(CLASSES)["classes"]
    whole = together.load()
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
        print(f"audit: {said}", file=sys.stderr)
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
    with files.output(PAGE) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    common.run(main)
