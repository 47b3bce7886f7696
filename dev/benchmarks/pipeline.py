"""The pipeline: its stages, steps of a sweep, and all stages by the number of images."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from dev import graph
from dev.benchmarks import measure
from dev.benchmarks.measure import TRAIN, Options
from dev.verify import forget
from dev.workspace import temporary_copy
from mnist_clustering import files
from stages.workspace import ROOT, set_params

DATA = ROOT / "data"
# After a finished run, one after the other: params that are edited before, and what is measured.
SWEEPS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing to do": ({}, ["repro"]),
    "recluster.k=11, scores alone": ({}, ["exp", "run", "-S", "recluster.k=11", "evaluate"]),
    "recluster.k=12": ({}, ["exp", "run", "-S", "recluster.k=12"]),
    "recluster.k=13 by dvc repro": ({"recluster.k": 13}, ["repro"]),
    "tsne.exaggeration=2": ({"recluster.k": 10}, ["exp", "run", "-S", "tsne.exaggeration=2"]),
}
QUEUE = "a queue of two"
QUEUED = ("recluster.k=8", "recluster.k=9")
SIZES = (15_000, 60_000, 240_000)
# Half-width of the uniform shifts, in pixels, and of the rotations, in degrees.
_SHIFT, _TURN = 1.5, 8.0
# Below data, what later stages read of download and split: arrays by part, and what is beside them.
OF_SPLIT = ("split/{}_images.npy", "split/{}_indices.npy", "split_labels/{}.npy")
BESIDE = ("raw/paths.csv", "raw/thumbnails.npy", "split/dataset.json")


def stages(options: Options) -> None:
    """In a copy, run everything from an empty cache, then the sweep steps; several times."""
    whole: list[dict[str, float]] = []
    each: dict[str, list[dict[str, float]]] = defaultdict(list)
    sweeps: dict[str, list[dict[str, float]]] = defaultdict(list)
    ran: dict[str, list[str]] = {QUEUE: []}
    overrides = {"download.mirror": str(DATA / "raw")} | sizes_of(options.n)
    for number in range(options.rounds):
        measure.say(f"the whole pipeline, round {number + 1} of {options.rounds}")
        with temporary_copy(overrides, empty_cache=True) as folder:
            # Drawings and metrics are in git. If they are present, DVC does not make them again.
            forget(folder)
            dvc(folder, ["repro", "download"])
            taken, lines = dvc(folder, ["repro"])
            whole.append(taken)
            for name, line in lines.items():
                each[name].append(line)
            for name, (edits, command) in SWEEPS.items():
                measure.say(f"then {name}")
                set_params(folder / graph.PARAMS, edits)
                taken, lines = dvc(folder, command)
                sweeps[name].append(taken)
                ran[name] = list(lines)
            sweeps[QUEUE].append(queue(folder))
    found = {
        "n": options.n,
        "whole": measure.median(whole),
        "stages": {name: measure.median(rounds) for name, rounds in each.items()},
        "sweeps": {
            name: measure.median(rounds) | {"ran": ran[name]} for name, rounds in sweeps.items()
        },
    }
    measure.save("stages", found, options.results)


def sizes_of(n: int) -> dict[str, Any]:
    """Params with which the pipeline runs on that number of images."""
    return {} if n >= TRAIN else {"split.train_size": n, "split.test_size": max(100, n // 6)}


def dvc(folder: Path, words: list[str]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Run a DVC command; return its cost and, by name, that of each stage that it runs."""
    log, shim = folder.parent / "stages.jsonl", folder.parent / "shims" / "python"
    log.unlink(missing_ok=True)
    shim.parent.mkdir(exist_ok=True)
    record = f"\"$python\" -S -E '{measure.RECORD}' '{log}' \"$python\""
    shim.write_text(f"#!/bin/sh\npython='{sys.executable}'\nexec {record} \"$@\"\n")
    shim.chmod(0o755)
    # The recording shim comes first on PATH, then the interpreter's own environment.
    path = f"{shim.parent}{os.pathsep}{measure.environment()['PATH']}"
    taken = measure.run([sys.executable, "-m", "dvc", *words], folder, {"PATH": path})
    ran = map(json.loads, log.read_text().splitlines() if log.exists() else [])
    names = {stage.command: name for name, stage in graph.stages(folder).items()}
    return taken, {names[" ".join(["python", *line.pop("command")])]: line for line in ran}


def queue(folder: Path) -> dict[str, float]:
    """Queue two experiments; return the seconds from the start of the worker to their end."""
    for setting in QUEUED:
        dvc(folder, ["exp", "run", "--queue", "-S", setting])
    started = time.monotonic()
    dvc(folder, ["queue", "start"])
    status = [sys.executable, "-m", "dvc", "queue", "status"]
    settings: dict[str, Any] = {"env": measure.environment(), "stdout": subprocess.PIPE}
    while re.search(rb"Queued|Running", subprocess.run(status, cwd=folder, **settings).stdout):
        time.sleep(0.2)
    return {"seconds": round(time.monotonic() - started, 2), "cpu_seconds": 0, "peak_mib": 0}


def growth(options: Options) -> None:
    """Run the stages after split, one by one, on increasing numbers of images."""
    taken: dict[str, dict[str, Any]] = defaultdict(dict)
    sizes = [n for size in SIZES if (n := size * options.n // TRAIN) <= options.largest]
    for n in sizes:
        with temporary_copy({}) as folder:
            write_split(folder / "data", n, options.n)
            for name, command in commands(folder).items():
                measure.say(f"{name} on {n} images")
                taken[name][str(n)] = measure.run([sys.executable, *command], folder)
        # In case a larger size fails or is interrupted.
        found = {"n": options.n, "stages": taken}
        measure.save("growth", found, options.results, finished=n == sizes[-1])


def commands(folder: Path, without: Sequence[str] = ("download", "split")) -> dict[str, list[str]]:
    """Return the arguments of ``python`` for each stage, in order, but for some."""
    known = graph.stages(folder).items()
    return {name: stage.command.split()[1:] for name, stage in known if name not in without}


def write_split(folder: Path, n: int, limit: int) -> None:
    """Write what `split` leaves below data: the first n images, varied copies beyond ``limit``."""
    for name in BESIDE:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / name, target)
    for part in ("train", "test"):
        for name in OF_SPLIT:
            array = np.load(DATA / name.format(part))
            if part == "train":
                array = enlarge(array[: min(n, limit)], n)
            files.save_array(folder / name.format(part), array)
            # The map is made of all.
            files.save_array(folder / name.format("rest"), array[:0])


def enlarge(array: np.ndarray, n: int) -> np.ndarray:
    """Repeat rows up to n; of images, the copies are varied a little."""
    copies = np.concatenate([array] * -(-n // len(array)))[:n]
    return vary(copies, len(array)) if array.ndim > 1 else copies


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


def exponents(seconds: dict[str, float], n: int) -> tuple[float | None, float | None]:
    """Fit powers of the number of images: to all sizes, and from n to the largest."""
    sizes = sorted(map(int, seconds))
    taken = {size: max(seconds[str(size)], 1e-3) for size in sizes}
    overall = above = None
    if len(sizes) > 1:
        fitted = np.polyfit(np.log(sizes), np.log([taken[size] for size in sizes]), 1)
        overall = round(float(fitted[0]), 2)
    if n in sizes and sizes[-1] > n:
        ratio = np.log(taken[sizes[-1]] / taken[n]) / np.log(sizes[-1] / n)
        above = round(float(ratio), 2)
    return overall, above
