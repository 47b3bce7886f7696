"""Ours beside the peers', in turn and in one run, on the same features."""

import json
import shutil
import sys
from collections import defaultdict
from typing import Any

from benchmarks import measure
from benchmarks.options import Options
from benchmarks.peers import DATA, route
from studies.workspace import temporary_copy

PAIRS = {
    "affinities": ("our_affinities", "opentsne_affinities"),
    "map_2d": ("our_map", "opentsne_map", "umap_map"),
}


def main(options: Options) -> None:
    """Measure each pair in turn, several rounds."""
    results: dict[str, Any] = {}
    for pair, sides in PAIRS.items():
        rounds: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for _ in range(options.rounds):
            for side in sides:
                rounds[side].append(side_of(side, options))
        results[pair] = {side: _median(found) for side, found in rounds.items()}
    if options.full:
        results["map_3d"] = {"opentsne_map_3d": _plain(route("opentsne_map_3d", options))}
    measure.save("pairs", {"n": options.n, "pairs": results}, options.results)


def side_of(side: str, options: Options) -> dict[str, Any]:
    """Measure one side: our map by the commands of the pipeline, the rest as routes."""
    return _plain(our_map(options) if side == "our_map" else route(side, options))


def our_map(options: Options) -> dict[str, Any]:
    """Run `neighbors` and `tsne@2`, with all that they do beside: start-up, test, quality."""
    measure.say(f"our_map on {options.n} images")
    import numpy as np

    with temporary_copy({}) as folder:
        features = folder / "data" / "features"
        features.mkdir(parents=True)
        train = np.load(DATA / "features" / "train.npy", mmap_mode="r")[: options.n]
        np.save(features / "train.npy", train)
        shutil.copy(DATA / "features" / "test.npy", features)
        taken = [
            measure.run([sys.executable, "-m", f"stages.{name}", *rest], folder)
            for name, *rest in (["neighbors"], ["tsne", "2"])
        ]
        quality = json.loads((folder / "metrics" / "tsne_2d.json").read_text(encoding="utf-8"))
    whole = {name: sum(part[name] for part in taken) for name in ("seconds", "cpu_seconds")}
    peak = max(part["peak_mib"] for part in taken)
    return whole | {"peak_mib": peak, "neighbor_recall": quality["neighbor_recall"]}


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Keep the figures; of a route's seconds those of the step, imports left out."""
    seconds = sum(found["steps"].values()) if "steps" in found else found["seconds"]
    kept = ("cpu_seconds", "peak_mib", "neighbor_recall")
    return {"seconds": round(seconds, 3)} | {name: found[name] for name in kept if name in found}


def _median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return measure.median(rounds) | {"all_seconds": [found["seconds"] for found in rounds]}
