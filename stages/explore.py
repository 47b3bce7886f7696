"""Write the explorer: a page that shows every image on the maps, opened without a network."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from stages import common
from stages.methods.explorer import opening, packing, page
from stages.methods.explorer.coarse import coarsen

PAGE = "stages/explorer"
IMAGES = "data/split/{}_images.npy"
INDICES = "data/split/{}_indices.npy"
LABELS = "data/split/{}_labels.npy"
MAPS = "data/tsne/{}/{}.npy"
CLUSTERS = "data/merge/2d/{}.npy"
NEIGHBORS = {
    "train": "data/distortion/train_forward_indices.npy",
    "test": "data/distortion/test_indices.npy",
}
NAMES = "data/evaluate/names_merged_2d.json"
PORTRAITS = "data/examine/clusters.json"
MODEL = "models/model.npz"
CURVES = {
    "kl_2d": "plots/kl_2d.csv",
    "kl_3d": "plots/kl_3d.csv",
    "elbow_pixels": "plots/elbow_pixels.csv",
    "elbow_map": "plots/elbow_map.csv",
    "merge": "plots/merge_2d.csv",
}
SCORES = "metrics/scores.json"
OUTPUT = "explorer/{}"
DATA = "explorer/data/{}.js"
LIBRARIES = ("numpy", "pillow", "scipy")
PARTS = ("train", "test")
# Neighbours, at most, that are shown beside an image, and of which the confidence is taken.
SHOWN = 10
# Of the model what the page computes itself, from the images.
BULKY = {"features", "gradients", "embedding"}


def main() -> None:
    """Write the page, and what it shows as scripts: first what it opens with, the rest later."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(PAGE).iterdir())}
    html, script = page.bundle(sources)
    clusters = {part: np.load(CLUSTERS.format(part)) for part in PARTS}
    near = {part: np.load(path, mmap_mode="r") for part, path in NEIGHBORS.items()}
    shown = min(SHOWN, *(indices.shape[1] for indices in near.values()))
    related = [(near[part], clusters["train"], clusters[part]) for part in PARTS]
    with np.load(MODEL) as arrays:
        model = {name: arrays[name] for name in arrays.files if name not in BULKY}
        coarse = coarsen(arrays["features"])
        ranks = {"ranks_gradients": bool(len(arrays["gradients"]))}

    _write(OUTPUT.format("index.html"), html)
    _write(OUTPUT.format("explorer.css"), sources["explorer.css"])
    _write(OUTPUT.format(page.BUNDLE), script)
    rows = {
        "label": _rows(LABELS),
        "cluster": np.concatenate(list(clusters.values())),
        "index": _rows(INDICES),
        "maps": {dims: _rows(MAPS.format(dims, "{}")) for dims in ("2d", "3d")},
    }
    names, portraits = _json(NAMES)["one_to_one"], _json(PORTRAITS)["merged_2d"]
    _pack(
        "map",
        opening.images(rows, related, len(clusters["train"]), shown)
        | opening.groups(rows, model, names, [portrait["medoid"] for portrait in portraits])
        | {"scores": _json(SCORES), "curves": {name: _table(path) for name, path in CURVES.items()}}
        | {"size": np.load(IMAGES.format("train"), mmap_mode="r").shape[1:]},
    )
    _pack("neighbors", opening.neighbors(related, shown))
    for part in PARTS:
        _pack(f"{part}_images", {"images": np.load(IMAGES.format(part))})
    _pack("features", coarse)
    _pack("model", packing.plain(model) | ranks)


def _rows(path: str) -> np.ndarray:
    return np.concatenate([np.load(path.format(part)) for part in PARTS])


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _table(path: str) -> dict[str, list[Any]]:
    """Read a table by column."""
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def _pack(name: str, values: dict[str, Any]) -> None:
    _write(DATA.format(name), packing.script(name, values))


def _write(path: str, text: str) -> None:
    with common.output(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    common.run(main, LIBRARIES)
