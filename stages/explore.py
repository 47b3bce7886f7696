"""Write the explorer: a page that shows every image on the maps, opened without a network."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering.pages import explorer as page
from mnist_clustering.pages import journey, opening, packing
from mnist_clustering.pages.coarse import coarsen
from mnist_clustering.pages.rules import rules
from stages import common

PAGE = "explorer"
DATASET = "data/split/dataset.json"
THUMBNAILS = "data/raw/thumbnails.npy"
IMAGES = "data/split/{}_images.npy"
INDICES = "data/split/{}_indices.npy"
LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
MAPS = "data/tsne/{}/{}.npy"
CLUSTERS = "data/merge/2d/{}.npy"
NEIGHBORS = "data/distortion/{}_indices.npy"
RANKED = {"train": "train_forward", "test": "test"}
NAMES = "data/evaluate/names_merged_2d.json"
PORTRAITS = "data/examine/clusters.json"
MODEL = "models/model.npz"
CURVES = "plots/{}.csv"
SHOWN_CURVES = ("kl_2d", "kl_3d", "elbow_pixels", "elbow_map", "merge_2d")
COURSE = "data/tsne/2d/course.npz"
OTHER_MAPS = "dev/studies/results/maps.npz"
SCORES = "metrics/scores.json"
OUTPUT = "site/{}"
DATA = "site/data/{}.js"
LIBRARIES = ("numpy", "pillow", "scipy")
PARTS = ("train", "test")
SHOWN = 10  # Neighbours, at most, that stand beside an image and that its confidence is taken of.
BULKY = {"features", "gradients", "embedding", "names", "dataset", "form"}  # Or known already.


def main() -> None:
    """Write the page, and what it shows as scripts: first what it opens with, the rest later."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(PAGE).iterdir())}
    for name, text in page.bundle(sources).items():
        _write(OUTPUT.format(name), text)
    indices = {part: np.load(INDICES.format(part)) for part in PARTS}
    parts = PARTS[:1] if np.array_equal(*indices.values()) else PARTS
    form, thumbnails = _json(DATASET)["form"], np.load(THUMBNAILS, mmap_mode="r")
    images = {
        part: opening.seen(np.load(IMAGES.format(part)), form, thumbnails, indices[part])
        for part in parts
    }
    clusters = {part: np.load(CLUSTERS.format(part)) for part in parts}
    near = {part: np.load(NEIGHBORS.format(RANKED[part]), mmap_mode="r") for part in parts}
    shown = min(SHOWN, *(found.shape[1] for found in near.values()))
    related = [(near[part], clusters["train"], clusters[part]) for part in parts]
    with np.load(MODEL) as arrays:
        features = coarsen(arrays["features"])
        model = {name: arrays[name] for name in arrays.files if name not in BULKY}
        ranks = {"ranks_gradients": bool(len(arrays["gradients"])), "rules": rules()}
    with np.load(COURSE) as frames, np.load(OTHER_MAPS) as maps:
        course = journey.shown(frames, maps, Path(IMAGES.format("train")).read_bytes())
    rows = {
        "label": _rows(LABELS, parts),
        "classes": _json(CLASSES)["classes"],
        "cluster": np.concatenate(list(clusters.values())),
        "index": np.concatenate([indices[part] for part in parts]),
        "maps": {dims: _rows(MAPS.format(dims, "{}"), parts) for dims in ("2d", "3d")},
    }
    names, portraits = _json(NAMES), _json(PORTRAITS)["merged_2d"]
    results = {
        "perplexities": (course["others"] or {}).get("perplexities", []),
        "scores": _json(SCORES),
        "curves": {name: opening.columns(_text(CURVES.format(name))) for name in SHOWN_CURVES},
        "title": _json(DATASET).get("title", ""),
        "size": images["train"].shape[1:],
        "form": form,
    }
    groups = opening.groups(rows, model, names, [portrait["medoid"] for portrait in portraits])
    seen = opening.images(rows, related, len(clusters["train"]), shown)
    none = images["train"][:0]
    packs: dict[str, Any] = {f"{part}_images": {"images": images.get(part, none)} for part in PARTS}
    packs |= {"features": features, "model": packing.plain(model) | ranks, "course": course}
    packs |= {"map": seen | groups | results, "neighbors": opening.neighbors(related, shown)}
    for name, text in packing.scripts(packs, resources.threads()).items():
        _write(DATA.format(name), text)


def _rows(path: str, parts: Iterable[str]) -> np.ndarray:
    return np.concatenate([np.load(path.format(part)) for part in parts])


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _json(path: str) -> Any:
    return json.loads(_text(path))


def _write(path: str, text: str) -> None:
    with files.output(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    common.run(main, LIBRARIES)
