"""Flip labels and add copies, and see how many of them are found, and what else is.

    python -m dev.studies.audit [-s FILE.npz...]

needs a finished run. Labels of MNIST's train, of scikit-learn's digits and of sets given as
archives of "images" and "labels" are flipped at random and by confusable pairs; copies of training
images are made as users make them. What MNIST itself has wrong counts as found wrongly.
"""

import argparse
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from dev import provenance
from dev.workspace import command_line
from mnist_clustering import ImageClusters, files
from mnist_clustering.distortion import ranking
from mnist_clustering.estimators.audit import neighborhood
from mnist_clustering.features import descriptors
from mnist_clustering.findings import copies, labels
from mnist_clustering.model import fitted as model
from stages.workspace import ROOT

RESULTS = ROOT / "dev/studies/results/audit.json"
MADE_BY = ("dev/studies/audit.py", "examine", "bundle")
SHARES = (0.01, 0.05, 0.1)
# Digits that are taken for one another; of other classes, each is taken for the next but one.
PAIRS = (6, 7, 7, 5, 9, 3, 0, 1, 3, 4)
# Constants of the library were chosen with another.
SEED = 1
# Copies made of each kind.
COPIES = 600
Picture = NDArray[np.uint8]
# Labels, clusters, and the neighbours of each image.
Labelled = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(prog="audit", description=__doc__.splitlines()[0])
    parser.add_argument("-s", "--sets", nargs="*", default=[], type=Path, metavar="FILE.npz")
    options = parser.parse_args()
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    digits = load_digits()
    found = {"mnist": flipped(*mnist()), "digits": flipped(*fitted(digits.images, digits.target))}
    for path in options.sets:
        with np.load(path) as arrays:
            found[path.stem] = flipped(*fitted(arrays["images"], arrays["labels"]))
    results = {"flips": before.get("flips", {}) | found, "copies": copied()}
    files.save_json(RESULTS, provenance.stamp(results, MADE_BY))


def mnist() -> Labelled:
    """Read what the stages know of train."""
    return (
        np.load(ROOT / "data/label/train.npy").astype(np.int64),
        np.load(ROOT / "data/recluster/clusters_2d/train.npy"),
        np.load(ROOT / "data/distortion/train_forward_indices.npy"),
    )


def fitted(images: NDArray[Any], given: NDArray[Any]) -> Labelled:
    """Cluster a set without its labels, into as many clusters as it has classes."""
    classes, codes = np.unique(given, return_inverse=True)
    made = ImageClusters(n_clusters=len(classes)).fit(images)
    near, clusters = neighborhood(made, images)
    return codes.astype(np.int64), clusters, near.ranked.indices


def flipped(
    true: NDArray[np.int64], clusters: NDArray[np.int32], near: NDArray[np.int32]
) -> dict[str, Any]:
    """Flip labels, and count which of them are suspected, and what else is."""
    n, n_classes = len(true), int(true.max()) + 1
    votes = labels.neighbor_votes(near, n_classes)
    own = labels.find(true, clusters, votes, n_classes)
    found: dict[str, Any] = {"images": n, "classes": n_classes, "suspects": len(own.rows)}
    pairs = np.array(PAIRS) if n_classes == len(PAIRS) else (np.arange(n_classes) + 2) % n_classes
    for kind in ("random", "pairs"):
        for share in SHARES:
            rng = np.random.default_rng(SEED)
            rows = rng.choice(n, round(share * n), replace=False)
            other = (true[rows] + rng.integers(1, n_classes, len(rows))) % n_classes
            given = true.copy()
            given[rows] = other if kind == "random" else pairs[true[rows]]
            suspects = labels.find(given, clusters, votes, n_classes)
            right = np.isin(suspects.rows, rows)
            likely = suspects.certainty >= 0.5
            found[f"{kind} {share:.0%}"] = {
                "flipped": len(rows),
                "recall": round(right.sum() / len(rows), 4),
                "precision": round(right.mean(), 4),
                "likely_recall": round(right[likely].sum() / len(rows), 4),
                "likely_precision": round(right[likely].mean(), 4),
                "expected": round(suspects.certainty.sum(), 1),
            }
    return found


def copied() -> dict[str, Any]:
    """Add copies of training images to train, as if they were of test, and look for them."""
    train = np.load(ROOT / "data/split/train_images.npy")
    near = np.load(ROOT / "data/distortion/train_forward_indices.npy")[:, :5]
    made, _ = model.read(ROOT / "models/model.npz")
    copies.find(train[:200], near[:200] % 200)  # The first time it is compiled.
    begun = time.process_time()
    own = copies.find(train, near)
    seconds = time.process_time() - begun
    found: dict[str, Any] = {
        "cpu_seconds": round(seconds, 1),
        "own": {kind: own.kinds.count(kind) for kind in copies.KINDS},
    }
    sources = np.random.default_rng(SEED).choice(len(train), COPIES, replace=False)
    for name, (kind, make) in MAKERS.items():
        added = np.stack([make(train[row], i) for i, row in enumerate(sources)])
        images = np.concatenate([train, added])
        alike = copies.find(images, np.concatenate([near, neighbors(added, made)]))
        true = {
            tuple(sorted(pair)): own
            for pair, own in zip(alike.pairs.tolist(), alike.kinds, strict=True)
            if own != copies.SIMILAR
        }
        wanted = [(row, len(train) + i) for i, row in enumerate(sources.tolist())]
        found[name] = {
            "kind": kind,
            "recall": round(sum(pair in true for pair in wanted) / COPIES, 4),
            "told": round(sum(true.get(pair) == kind for pair in wanted) / COPIES, 4),
            "others": len(set(true) - set(wanted)),
        }
    return found


def neighbors(images: Picture, made: model.Model) -> NDArray[np.int32]:
    """Find the training images next to new ones, as the stages do for test."""
    features = descriptors.transform(images, made.descriptor)
    indices, _ = made.index.nearest(features, made.n_candidates)
    gradients = ranking.gradients_of(images, made.form, directions="forward", deskewed=True)
    return ranking.rank(gradients, made.gradients, indices).indices[:, :5]


def saved_again(image: Picture, quality: int) -> Picture:
    """Save an image as JPEG."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def scaled(image: Picture, factor: float, way: Any) -> Picture:
    """Scale an image about its middle."""
    margin = len(image) / 2 * (1 - 1 / factor)
    matrix = (1 / factor, 0, margin, 0, 1 / factor, margin)
    return np.asarray(
        Image.fromarray(image).transform(image.shape, Image.Transform.AFFINE, matrix, way)
    )


def moved(image: Picture, number: int) -> Picture:
    """Shift an image by a pixel, each in another of the eight directions."""
    down, right = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b][number % 8]
    return np.pad(image, 1)[1 - down :, 1 - right :][: len(image), : len(image)]


def erased(image: Picture, _: int) -> Picture:
    """Leave out the lowest fifth of what is drawn."""
    drawn = np.flatnonzero(image.any(axis=1))
    last = drawn[-1] - len(drawn) // 5
    return np.where(np.arange(len(image))[:, None] > last, 0, image).astype(np.uint8)


def dotted(image: Picture, number: int) -> Picture:
    """Add a dot in one of the corners."""
    down, right = [(2, 2), (2, 23), (23, 2), (23, 23)][number % 4]
    added = image.copy()
    added[down : down + 3, right : right + 3] = 255
    return added


_BILINEAR, _BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC
MAKERS: dict[str, tuple[str, Callable[[Picture, int], Picture]]] = {
    "the same bytes": (copies.IDENTICAL, lambda image, _: image),
    "JPEG, quality 90": (copies.NEAR, lambda image, _: saved_again(image, 90)),
    "JPEG, quality 75": (copies.NEAR, lambda image, _: saved_again(image, 75)),
    "scaled by 1.02, bilinear": (copies.NEAR, lambda image, _: scaled(image, 1.02, _BILINEAR)),
    "scaled by 0.98, bilinear": (copies.NEAR, lambda image, _: scaled(image, 0.98, _BILINEAR)),
    "scaled by 1.02, bicubic": (copies.NEAR, lambda image, _: scaled(image, 1.02, _BICUBIC)),
    "shifted by a pixel": (copies.NEAR, moved),
    "the lowest fifth left out": (copies.CONTAINED, erased),
    "a dot added": (copies.CONTAINED, dotted),
}

if __name__ == "__main__":
    command_line(main, "audit")
