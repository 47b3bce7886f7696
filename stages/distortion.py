"""Rank the nearest images again, by the image distortion model and in both directions."""

import numpy as np

from mnist_clustering import files, progress, resources
from mnist_clustering import limits as fitting
from mnist_clustering.distortion import ranking as distortion
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
    given = common.load_params("tsne", "perplexity")
    perplexity = fitting.fitting("tsne", given, n_images)["perplexity"]
    k = needed(perplexity) if params["k"] == "auto" else params["k"]
    own = files.load_json(DATASET)["form"]
    deskewed = common.load_params("features", "deskew")["deskew"]
    n_jobs = resources.threads()
    chosen = {"directions": params["directions"], "deskewed": deskewed, "n_jobs": n_jobs}
    images = {
        part: distortion.gradients_of(np.load(IMAGES.format(part)), own, **chosen) for part in near
    }
    with progress.bar(total=2 * n_images, description="distortion") as bar:
        forward, reverse = distortion.rank_both(
            near["train"],
            images["train"],
            k=k,
            directions=params["directions"],
            n_jobs=n_jobs,
            on_step=bar.update,
        )
    ranked = {"train_forward": forward, "train_reverse": reverse, "test": near["test"]}
    if len(images["train"]):
        candidates = near["test"].indices
        ranked["test"] = distortion.rank(images["test"], images["train"], candidates, n_jobs=n_jobs)
    for name, found in ranked.items():
        files.save_array(f"{OUTPUT}/{name}_indices.npy", found.indices)
        files.save_array(f"{OUTPUT}/{name}_distances.npy", found.distances)
    # For new images, with which it goes into the model.
    files.save_array(f"{OUTPUT}/train_gradients.npy", images["train"])


def load_neighbors(part: str) -> distortion.Ranked:
    """Load the nearest neighbours in feature space, the candidates."""
    indices, distances = (np.load(NEIGHBORS.format(part, kind), mmap_mode="r") for kind in KINDS)
    return distortion.Ranked(indices, distances)


if __name__ == "__main__":
    common.run(main)
