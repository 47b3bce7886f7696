"""Write the explorer: a page that shows every image on the maps, opened without a network."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files, resources
from mnist_clustering.pages import explorer, opening, packing
from stages import common
from stages.partitions import HEADLINE, PARTITIONS, PARTS

PAGE = "explorer"
PACKED = "data/pack.json"
INDICES = "data/split/{}_indices.npy"
LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
MAPS = "data/tsne/{}/{}.npy"
NEIGHBORS = "data/distortion/{}_indices.npy"
RANKED = {"train": "train_forward", "test": "test"}
NAMES = "data/evaluate/names_clusters_2d.json"
PORTRAITS = "data/examine/clusters.json"
SUSPECTS = "data/audit/suspects.json"
MODEL = "models/model.npz"
CURVES = "plots/{}.csv"
SHOWN_CURVES = ("kl_2d", "kl_3d", "elbow_pixels", "elbow_map")
SCORES = "metrics/scores.json"
OUTPUT = "site/{}"
DATA = "site/data/{}.js"
SHOWN = 10  # Neighbours, at most, that stand beside an image and that its confidence is taken of.
BULKY = {"features", "gradients", "embedding", "names", "dataset", "form"}  # Or known already.


def main() -> None:
    """Write the page, and what it shows of clusters as scripts; `stages.pack` wrote the rest."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(PAGE).iterdir())}
    for name, text in explorer.bundle(sources).items():
        _write(OUTPUT.format(name), text)
    packed = files.load_json(PACKED)
    indices = {part: np.load(INDICES.format(part)) for part in PARTS}
    parts = PARTS[:1] if np.array_equal(*indices.values()) else PARTS
    own = PARTITIONS[HEADLINE].load()
    clusters = {part: own[part] for part in parts}
    near = {part: np.load(NEIGHBORS.format(RANKED[part]), mmap_mode="r") for part in parts}
    shown = min(SHOWN, *(found.shape[1] for found in near.values()))
    related = [(near[part], clusters["train"], clusters[part]) for part in parts]
    with np.load(MODEL) as arrays:
        model = {name: arrays[name] for name in arrays.files if name not in BULKY}
        ranks = {"ranks_gradients": bool(len(arrays["gradients"])), "rules": packed.pop("rules")}
    rows = {
        "label": _rows(LABELS, parts),
        "classes": files.load_json(CLASSES)["classes"],
        "cluster": np.concatenate(list(clusters.values())),
        "index": np.concatenate([indices[part] for part in parts]),
        "maps": {dims: _rows(MAPS.format(dims, "{}"), parts) for dims in ("2d", "3d")},
    }
    names, portraits = files.load_json(NAMES), files.load_json(PORTRAITS)[HEADLINE]
    results = {
        **packed,
        "scores": files.load_json(SCORES),
        "suspects": files.load_json(SUSPECTS),
        "curves": {name: opening.columns(_text(CURVES.format(name))) for name in SHOWN_CURVES},
    }
    groups = opening.groups(rows, model, names, [portrait["medoid"] for portrait in portraits])
    seen = opening.images(rows, related, len(clusters["train"]), shown)
    packs: dict[str, Any] = {"model": packing.plain(model) | ranks}
    packs |= {"map": seen | groups | results, "neighbors": opening.neighbors(related, shown)}
    for name, text in packing.scripts(packs, resources.threads()).items():
        _write(DATA.format(name), text)


def _rows(path: str, parts: Iterable[str]) -> np.ndarray:
    return np.concatenate([np.load(path.format(part)) for part in parts])


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _write(path: str, text: str) -> None:
    with files.output(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    common.run(main)
