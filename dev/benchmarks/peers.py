"""Steps and whole routes beside those of other libraries: seconds, memory and scores."""

import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dev import graph
from dev.benchmarks import measure
from dev.benchmarks.measure import Options
from dev.benchmarks.routes import accuracy
from dev.workspace import temporary_copy
from mnist_clustering.errors import InputError
from stages.workspace import ROOT

DATA = ROOT / "data"
ROUTES = {
    "peers": ("sklearn_kmeans", "opentsne_kmeans", "opentsne_exaggerated", "umap_kmeans",
              "umap_hdbscan"),
    # The study as scikit-learn's users write it, in full.
    "study": ("sklearn_kmeans", "sklearn_elbow", "sklearn_tsne_2d", "sklearn_tsne_3d"),
}  # fmt: skip
PAIRS = {
    "affinities": ("our_affinities", "opentsne_affinities"),
    "map_2d": ("our_map_alone", "opentsne_map", "umap_map"),
    "map_2d_seeded": ("our_map_alone", "umap_map_seeded"),
    "map_2d_placed": ("our_map_placed", "our_map", "umap_map_placed"),
    "map_3d": ("our_map_3d", "opentsne_map_3d"),
}
# Sides measured only once, because they take more than five minutes.
ONCE = ("opentsne_map_3d",)
# Number of dimensions of the maps that our stages compute.
OURS = {"our_map": 2, "our_map_3d": 3}
# The same work as the peers do: neighbours in feature space.
OVERRIDES = {"distortion.directions": "none"}


def routes(part: str, options: Options) -> None:
    """Follow the routes of a part once; results are written after each."""
    measured: dict[str, Any] = {}
    for name in ROUTES[part]:
        measured[name] = route(name, options)
        done = len(measured) == len(ROUTES[part])
        found = {"n": options.n, "routes": measured}
        measure.save(part, found, options.results, finished=done)


def route(name: str, options: Options) -> dict[str, Any]:
    """Follow one route in a separate process."""
    if not (DATA / "features/train.npy").is_file():
        raise InputError("data/features has no arrays: finish a run by make repro first")
    # With UMAP's libraries installed, openTSNE would import numba within the measured time.
    python = options.peers if name.startswith("umap") else Path(sys.executable)
    if not python.is_file():
        raise InputError("there is no environment of the peers: start by make bench, or give one")
    measure.say(f"{name} on {options.n} images")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        words = ["-m", "dev.benchmarks.routes", name, str(DATA), str(options.n), "0", str(result)]
        taken = measure.run([str(python), *words])
        return {"n": options.n, **taken, **json.loads(result.read_text(encoding="utf-8"))}


def pairs(options: Options) -> None:
    """Measure the sides of each pair in turn, on the same features, in several rounds."""
    found: dict[str, Any] = {}
    for pair, sides in PAIRS.items():
        rounds: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for number in range(options.rounds):
            for side in sides:
                if not (number and side in ONCE):
                    rounds[side].append(side_of(side, options))
        found[pair] = {
            side: measure.median(taken) | {"all_seconds": [one["seconds"] for one in taken]}
            for side, taken in rounds.items()
        }
        content = {"n": options.n, "pairs": found}
        measure.save("pairs", content, options.results, finished=len(found) == len(PAIRS))


def side_of(side: str, options: Options) -> dict[str, Any]:
    """Measure one side; of a route, the seconds of its steps without imports."""
    found = our_map(side, options) if side in OURS else route(side, options)
    seconds = sum(found["steps"].values()) if "steps" in found else found["seconds"]
    kept = ("cpu_seconds", "peak_mib", "neighbor_recall", "accuracy")
    return {"seconds": round(seconds, 3)} | {name: found[name] for name in kept if name in found}


def our_map(side: str, options: Options) -> dict[str, Any]:
    """Run the stages of a map as whole processes: with start-up, placement and quality."""
    measure.say(f"{side} on {options.n} images")
    with temporary_copy(OVERRIDES) as folder:
        known = graph.stages()
        maps = (f"tsne@{n}" for n in range(2, OURS[side] + 1))
        stages = [known[name] for name in ("neighbors", "distortion", *maps)]
        for path in _given(stages):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
        train = folder / "data/features/train.npy"
        np.save(train, np.load(train)[: options.n])
        # The first is not measured: DVC runs it only where code has changed.
        _, *taken = (
            measure.run([sys.executable, "-m", f"stages.{stage.script}", *stage.arguments], folder)
            for stage in (known[graph.CODE], *stages)
        )
        name = f"{OURS[side]}d"
        quality = json.loads((folder / f"metrics/tsne_{name}.json").read_text(encoding="utf-8"))
        embedding = np.load(folder / f"data/tsne/{name}/train.npy")
    digits = np.load(DATA / "label/train.npy")[: options.n]
    return {
        "seconds": sum(part["seconds"] for part in taken),
        "cpu_seconds": sum(part["cpu_seconds"] for part in taken),
        "peak_mib": max(part["peak_mib"] for part in taken),
        "neighbor_recall": quality["neighbor_recall"],
        "accuracy": accuracy(embedding, digits),
    }


def _given(stages: Sequence[graph.Stage]) -> list[str]:
    """List the files that stages read and that none of them writes."""
    made = [Path(out) for stage in stages for out in stage.outs]
    deps = {Path(dep) for stage in stages for dep in stage.data}
    given = [dep for dep in deps if not any(dep.is_relative_to(out) for out in made)]
    return [path for dep in given for path in graph.contents(str(dep))]
