"""Pack what the explorer needs whatever the clusters: images, features, t-SNE, the pad's rules."""

from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering.pages import journey, opening, packing
from mnist_clustering.pages.coarse import coarsen
from mnist_clustering.pages.rules import rules
from stages import common

DATASET = "data/split/dataset.json"
THUMBNAILS = "data/raw/thumbnails.npy"
IMAGES = "data/split/{}_images.npy"
INDICES = "data/split/{}_indices.npy"
FEATURES = "data/features/train.npy"
COURSE = "data/tsne/2d/course.npz"
OTHER_MAPS = "dev/studies/results/maps.npz"
OUTPUT = "site/data/{}.js"
FACTS = "data/pack.json"
PARTS = ("train", "test")


def main() -> None:
    """Write each as a script that the page loads, and what the page opens with of them."""
    dataset = files.load_json(DATASET)
    form = dataset["form"]
    indices = {part: np.load(INDICES.format(part)) for part in PARTS}
    thumbnails = np.load(THUMBNAILS, mmap_mode="r")
    images = {
        part: opening.seen(np.load(IMAGES.format(part)), form, thumbnails, indices[part])
        for part in PARTS
    }
    with np.load(COURSE) as frames, np.load(OTHER_MAPS) as maps:
        course = journey.shown(frames, maps, Path(IMAGES.format("train")).read_bytes())
    if np.array_equal(*indices.values()):
        images["test"] = images["test"][:0]  # They are those of train.
    packs: dict[str, Any] = {f"{part}_images": {"images": images[part]} for part in PARTS}
    packs |= {"features": coarsen(np.load(FEATURES)), "course": course}
    for name, text in packing.scripts(packs, resources.threads()).items():
        with files.output(OUTPUT.format(name)) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    perplexities = (course["others"] or {}).get("perplexities", [])
    facts = {"title": dataset.get("title", ""), "form": form, "size": images["train"].shape[1:]}
    files.save_json(FACTS, facts | {"perplexities": perplexities, "rules": rules()})


if __name__ == "__main__":
    common.run(main)
