"""Time and peak memory of each stage by the number of images, up to four times MNIST's."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from dev import graph
from dev.benchmarks import measure
from dev.benchmarks.options import TRAIN, Options
from dev.benchmarks.peers import DATA
from dev.workspace import temporary_copy
from mnist_clustering import files

SIZES = (15_000, 60_000, 240_000)
# Half-width of the uniform shifts, in pixels, and of the rotations, in degrees.
_SHIFT = 1.5
_TURN = 8.0
_MADE_ELSEWHERE = ("download", "split")
# Below data, what later stages read of these two besides images, labels and indices.
BESIDE = ("raw/paths.csv", "raw/thumbnails.npy", "split/dataset.json")


def main(options: Options) -> None:
    """Run the stages after split, one by one, on increasing numbers of images."""
    stages: dict[str, dict[str, Any]] = defaultdict(dict)
    sizes = [n for n in scaled(options.n) if n <= options.largest]
    for n in sizes:
        with temporary_copy({}) as folder:
            write_split(folder / "data" / "split", n, options.n)
            for name, command in commands(folder).items():
                measure.say(f"{name} on {n} images")
                stages[name][str(n)] = measure.run([sys.executable, *command], folder)
            # Results so far are written in case a larger size fails or is interrupted.
            done = n == sizes[-1]
            measure.save(
                "growth", {"n": options.n, "stages": stages}, options.results, finished=done
            )


def scaled(n: int) -> list[int]:
    """Return the sizes for a pipeline of n images."""
    return [size * n // TRAIN for size in SIZES]


def commands(folder: Path, made_elsewhere: Sequence[str] = _MADE_ELSEWHERE) -> dict[str, list[str]]:
    """Return the arguments of ``python`` for each stage, in order, but for some."""
    return {
        name: stage.command.split()[1:]
        for name, stage in graph.stages(folder).items()
        if name not in made_elsewhere
    }


def write_split(folder: Path, n: int, limit: int) -> None:
    """Write the files of `split`: the first n images, varied copies beyond ``limit``."""
    for name in BESIDE:
        target = folder.parent / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / name, target)
    for part in ("train", "test"):
        arrays = {
            kind: np.load(DATA / "split" / f"{part}_{kind}.npy")
            for kind in ("images", "labels", "indices")
        }
        if part == "train":
            base = {kind: array[: min(n, limit)] for kind, array in arrays.items()}
            times = -(-n // len(base["images"]))
            arrays = {kind: np.concatenate([array] * times)[:n] for kind, array in base.items()}
            arrays["images"] = vary(arrays["images"], len(base["images"]))
        for kind, array in arrays.items():
            files.save_array(folder / f"{part}_{kind}.npy", array)
            # The map is made of all.
            files.save_array(folder / f"rest_{kind}.npy", array[:0])


def vary(images: np.ndarray, start: int) -> np.ndarray:
    """Shift and rotate each image from ``start`` on by small random amounts, with a fixed seed."""
    rng = np.random.default_rng(0)
    centre = (np.array(images.shape[1:]) - 1) / 2
    varied = images.copy()
    for image in varied[start:]:
        angle = np.deg2rad(rng.uniform(-_TURN, _TURN))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        offset = centre - turn @ centre + rng.uniform(-_SHIFT, _SHIFT, 2)
        image[:] = ndimage.affine_transform(image, turn, offset, order=1)
    return varied


def exponents(seconds: dict[str, float], n: int) -> dict[str, float | None]:
    """Fit powers of the number of images.

    Parameters
    ----------
    seconds : dict of str to float
        By number of images.
    n : int
        The size from which "above" begins.

    Returns
    -------
    dict
        "overall", fitted to all sizes, and "above", from n to the largest; None where unknown.
    """
    sizes = sorted(map(int, seconds))
    taken = [max(seconds[str(size)], 1e-3) for size in sizes]
    overall = float(np.polyfit(np.log(sizes), np.log(taken), 1)[0]) if len(sizes) > 1 else None
    above = None
    if n in sizes and sizes[-1] > n:
        ratio = taken[-1] / taken[sizes.index(n)]
        above = float(np.log(ratio) / np.log(sizes[-1] / n))
    found = {"overall": overall, "above": above}
    return {name: None if value is None else round(value, 2) for name, value in found.items()}
