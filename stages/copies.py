"""Find copies among all images of train and test."""

import sys

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering.findings import copies as finding
from mnist_clustering.findings import evidence
from mnist_clustering.images import form
from stages import common, together

DATASET = "data/split/dataset.json"
IMAGES = "data/split/{}_images.npy"
NEAR = {
    "train": "data/distortion/train_forward_indices.npy",
    "test": "data/distortion/test_indices.npy",
}
TABLE = "data/copies/copies.csv"
PAIRS = "data/copies/pairs.json"


def main() -> None:
    """Write them as a table, and as rows for the page of `examine`."""
    whole = together.load()
    images = whole.join(IMAGES)
    if form.is_drawn(files.load_json(DATASET)["form"]):
        near = [whole.of(path, part) for part, path in NEAR.items()]
        k = min(own.shape[1] for own in near)
        both = np.concatenate([own[:, :k] for own in near])
        found = finding.find(images, both, resources.threads())
    else:
        found = finding.identical(images)
    pairs = found.table()
    columns = evidence.named(pairs, whole.names, whole.parts)
    files.save_table(TABLE, list(columns), zip(*columns.values(), strict=True))
    leaks = finding.leaks(found, np.array(whole.parts) == "train")
    note = f"{leaks:,} images of test have a copy in train" if leaks else ""
    files.save_json(PAIRS, {"pairs": pairs, "note": note})
    if note:
        print(f"copies: {note}", file=sys.stderr)


if __name__ == "__main__":
    common.run(main)
