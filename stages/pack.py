"""Pack what the explorer needs whatever the clusters: images, features, t-SNE, the pad's rules."""

from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering.images import labels, listing
from mnist_clustering.pages import journey, opening, packing
from mnist_clustering.pages.coarse import coarsen
from mnist_clustering.pages.rules import rules
from mnist_clustering.tsne.plans import by_strips
from stages import common

DATASET = "data/split/dataset.json"
THUMBNAILS = "data/raw/thumbnails.npy"
IMAGES = "data/split/{}_images.npy"
INDICES = "data/split/{}_indices.npy"
PATHS = "data/raw/paths.csv"
FEATURES = "data/features/train.npy"
COURSE = "data/tsne/2d/course.npz"
OTHER_MAPS = "dev/studies/results/maps.npz"
MAP = "data/tsne/2d/{}.npy"
BLOCKS = "site/data/images"
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
    places = {part: np.load(MAP.format(part)) for part in PARTS}
    # Where the test images are those of train, they come once.
    parts = PARTS[:1] if np.array_equal(*indices.values()) else PARTS
    packs: dict[str, Any] = packing.blocks(
        np.concatenate([images[part] for part in parts]),
        by_strips(np.concatenate([places[part] for part in parts]).astype(np.float64)),
    )
    for stale in Path(BLOCKS).glob("*.js"):
        stale.unlink()
    paths = listing.read(PATHS, Path(PATHS).read_bytes()).paths or []
    columns = (listing.PATHS, labels.COLUMNS)
    packs["paths"] = {
        "paths": paths, "rest": np.load(INDICES.format("rest")), "columns": columns,
    }  # fmt: skip
    packs |= {"features": coarsen(np.load(FEATURES)), "course": course}
    for name, text in packing.scripts(packs, resources.threads()).items():
        files.save_text(OUTPUT.format(name), text)
    perplexities = (course["others"] or {}).get("perplexities", [])
    facts = {"title": dataset.get("title", ""), "form": form, "size": images["train"].shape[1:]}
    facts["block"] = packing.BLOCK
    files.save_json(FACTS, facts | {"perplexities": perplexities, "rules": rules()})


if __name__ == "__main__":
    common.run(main)
