"""Rank the nearest images again, by the image distortion model and in both directions."""

import json
from pathlib import Path

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.features.deskew import deskew
from mnist_clustering.images import form
from mnist_clustering.neighbors.nearest import needed
from stages import common

DATASET = "data/split/dataset.json"
IMAGES = "data/split/{}_images.npy"
NEIGHBORS = "data/neighbors/{}_{}.npy"
OUTPUT = "data/distortion"
KINDS = ("indices", "distances")


def main() -> None:
    """Measure how well each image is found in its candidates, and they in it."""
    near = {part: load_neighbors(part) for part in ("train", "test")}
    n_images = len(near["train"].indices)
    params = fitting.fitting("distortion", common.load_params("distortion"), n_images)
    own = json.loads(Path(DATASET).read_text(encoding="utf-8"))["form"]
    k, directions = params["k"], params["directions"] if form.is_drawn(own) else "none"
    if k == "auto":
        given = common.load_params("tsne", "perplexity")
        k = needed(fitting.fitting("tsne", given, n_images)["perplexity"])
    distortion.check_candidates(near["train"].indices, k)
    if directions == "none":
        images = {}
        forward = backward = near["train"]
        test = near["test"]
    else:
        deskewed = common.load_params("features", "deskew")["deskew"] and form.is_deskewed(own)
        images = {
            part: distortion.gradient_images(deskew(raw) if deskewed else raw)
            for part, raw in ((part, np.load(IMAGES.format(part))) for part in near)
        }
        forward = rank(images["train"], images["train"], near["train"].indices)
        backward = reverse(images["train"], forward, k) if directions != "forward" else forward
        test = rank(images["test"], images["train"], near["test"].indices)
    for name, ranked in (
        ("train_forward", backward if directions == "reverse" else forward),
        ("train_reverse", backward),
        ("test", test),
    ):
        wanted = ranked if name == "test" else ranked.first(k)
        files.save_array(f"{OUTPUT}/{name}_indices.npy", wanted.indices)
        files.save_array(f"{OUTPUT}/{name}_distances.npy", wanted.distances)
    # For new images, with which it goes into the model.
    gradients = images.get("train", np.empty((0, 0, 0), dtype=np.uint8))
    files.save_array(f"{OUTPUT}/train_gradients.npy", gradients)


def load_neighbors(part: str) -> distortion.Ranked:
    """Load the nearest neighbours in feature space, the candidates."""
    indices, distances = (np.load(NEIGHBORS.format(part, kind), mmap_mode="r") for kind in KINDS)
    return distortion.Ranked(indices, distances)


def rank(queries: np.ndarray, points: np.ndarray, candidates: np.ndarray) -> distortion.Ranked:
    """Rank candidates, with a progress bar."""
    with progress.bar(total=len(queries), description="distortion") as bar:
        return distortion.rank(
            queries, points, candidates, n_jobs=resources.threads(), on_step=bar.update
        )


def reverse(points: np.ndarray, forward: distortion.Ranked, k: int) -> distortion.Ranked:
    """Rank candidates the other way round, with a progress bar."""
    with progress.bar(total=len(points), description="distortion, reverse") as bar:
        return distortion.reverse(
            points, forward, k, n_jobs=resources.threads(), on_step=bar.update
        )


if __name__ == "__main__":
    common.run(main)
