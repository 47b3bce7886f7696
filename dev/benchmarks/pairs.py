"""Comparison of our steps with those of other libraries, in turn, on the same features."""

import json
import shutil
import sys
from collections import defaultdict
from typing import Any

import numpy as np

from dev.benchmarks import measure
from dev.benchmarks.options import Options
from dev.benchmarks.peers import DATA, route
from dev.benchmarks.route import accuracy
from dev.workspace import temporary_copy

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
READ = ("features/train.npy", "features/test.npy", "split/dataset.json")


def main(options: Options) -> None:
    """Measure the sides of each pair in turn, in several rounds."""
    results: dict[str, Any] = {}
    for pair, sides in PAIRS.items():
        rounds: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for round_ in range(options.rounds):
            for side in sides:
                if round_ and side in ONCE:
                    continue
                rounds[side].append(side_of(side, options))
        results[pair] = {side: _median(found) for side, found in rounds.items()}
        done = pair == [*PAIRS][-1]
        measure.save("pairs", {"n": options.n, "pairs": results}, options.results, finished=done)


def side_of(side: str, options: Options) -> dict[str, Any]:
    """Measure one side: our maps by the commands of the pipeline, the rest as routes."""
    return _plain(our_map(side, options) if side in OURS else route(side, options))


def our_map(side: str, options: Options) -> dict[str, Any]:
    """Run the stages of a map as whole processes: with start-up, placement and quality."""
    measure.say(f"{side} on {options.n} images")
    with temporary_copy(OVERRIDES) as folder:
        for name in READ:
            target = folder / "data" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DATA / name, target)
        train = folder / "data/features/train.npy"
        np.save(train, np.load(train)[: options.n])
        maps = (["tsne", str(n)] for n in range(2, OURS[side] + 1))
        commands = [["neighbors"], ["distortion"], *maps]
        taken = [
            measure.run([sys.executable, "-m", f"stages.{name}", *rest], folder)
            for name, *rest in commands
        ]
        name = f"{OURS[side]}d"
        quality = json.loads((folder / f"metrics/tsne_{name}.json").read_text(encoding="utf-8"))
        embedding = np.load(folder / f"data/tsne/{name}/train.npy")
    digits = np.load(DATA / "split" / "train_labels.npy")[: options.n]
    whole = {name: sum(part[name] for part in taken) for name in ("seconds", "cpu_seconds")}
    return whole | {
        "peak_mib": max(part["peak_mib"] for part in taken),
        "neighbor_recall": quality["neighbor_recall"],
        "accuracy": accuracy(embedding, digits),
    }


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Select the figures to keep; of a route, the seconds of its steps without imports."""
    seconds = sum(found["steps"].values()) if "steps" in found else found["seconds"]
    kept = ("cpu_seconds", "peak_mib", "neighbor_recall", "accuracy")
    return {"seconds": round(seconds, 3)} | {name: found[name] for name in kept if name in found}


def _median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return measure.median(rounds) | {"all_seconds": [found["seconds"] for found in rounds]}
