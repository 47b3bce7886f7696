"""Draw one picture from two results; the only stage that imports matplotlib."""

import csv
import functools
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages import common
from stages.methods.errors import InputError
from stages.methods.figures import page

# The module of methods/figures that makes the picture, and the two results that it shows.
DRAWINGS = {
    "centroids": ("centroids", "models/kmeans.npz", "data/evaluate/names_pixels.json"),
    "elbow_pixels": ("elbow", "plots/elbow_pixels.csv", "metrics/elbow_pixels.json"),
    "elbow_map": ("elbow", "plots/elbow_map.csv", "metrics/elbow_map.json"),
    "kl": ("kl", "plots/kl_2d.csv", "plots/kl_3d.csv"),
    "map_2d": ("map_2d", "data/tsne/2d/train.npy", "data/evaluate/clusters_train.csv"),
    "map_3d": ("map_3d", "data/tsne/3d/train.npy", "data/split/train_labels.npy"),
    "confusion": ("confusion", "plots/confusion", "metrics/evaluate.json"),
    "confused": ("confused", "data/split/test_images.npy", "data/evaluate/clusters_test.csv"),
    "clusters": ("clusters", "data/split/train_images.npy", "data/examine/clusters.json"),
}
OUTPUT = "plots/{}.png"
LIBRARIES = ("numpy", "matplotlib", "pillow")


def main(name: str) -> None:
    """Load the two results of a drawing, draw them and write the PNG."""
    if name not in DRAWINGS:
        raise InputError(f"there is no drawing {name!r}: choose one of {', '.join(DRAWINGS)}")
    params = common.load_params("draw", "dpi", name)
    module, first, second = DRAWINGS[name]
    draw = importlib.import_module(f"stages.methods.figures.{module}").draw
    results = load(Path(first)), load(Path(second))
    png = page.render(functools.partial(draw, *results, **params[name]), params["dpi"])
    with common.output(OUTPUT.format(name)) as temporary:
        temporary.write_bytes(png)


def load(path: Path) -> Any:
    """Read a result by its kind: an array, arrays, a table, JSON, or a folder of these by name."""
    if path.is_dir():
        return {member.stem: load(member) for member in sorted(path.glob("[!.]*"))}
    return _READERS[path.suffix](path)


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return dict(archive)


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _read_table(path: Path) -> dict[str, NDArray[Any]]:
    """Read a table by columns: numbers, NaN where a cell is empty or "none"; or else texts."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {name: _column(cells) for name, cells in zip(header, columns, strict=True)}


def _column(cells: tuple[str, ...]) -> NDArray[Any]:
    try:
        numbers = [float(cell) if cell not in ("", "none") else np.nan for cell in cells]
    except ValueError:
        return np.array(cells)
    return np.array(numbers, dtype=np.float64)


_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": np.load,
    ".npz": _read_arrays,
    ".json": _read_json,
    ".csv": _read_table,
}

if __name__ == "__main__":
    common.run(main, LIBRARIES)
