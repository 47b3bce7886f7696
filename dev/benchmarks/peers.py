"""Common methods ("routes") on the same images: seconds, memory and scores."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from dev.benchmarks import measure
from dev.benchmarks.options import Options
from mnist_clustering.errors import InputError
from stages.workspace import ROOT

DATA = ROOT / "data"
ROUTES = (
    "sklearn_kmeans",
    "opentsne_kmeans",
    "opentsne_exaggerated",
    "umap_kmeans",
    "umap_hdbscan",
)


def main(options: Options) -> None:
    """Run every route once.

    Results are written after each route, so that a run that is broken off leaves what it has.
    """
    measured = {}
    for name in ROUTES:
        measured[name] = route(name, options)
        done = name == ROUTES[-1]
        measure.save("peers", {"n": options.n, "routes": measured}, options.results, finished=done)


def route(name: str, options: Options, n: int | None = None) -> dict[str, Any]:
    """Run one route in a separate process.

    Raises
    ------
    InputError
        If there is no finished run or no interpreter with the peers' libraries.
    """
    n = n or options.n
    if not (DATA / "features" / "train.npy").is_file():
        raise InputError("data/features has no arrays: finish a run by make repro first")
    # With UMAP's libraries installed, openTSNE would import numba within the measured time.
    python = options.peers if name.startswith("umap") else Path(sys.executable)
    if not python.is_file():
        raise InputError("there is no environment of the peers: start by make bench, or give one")
    measure.say(f"{name} on {n} images")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        words = [str(python), "-m", "dev.benchmarks.routes", name, str(DATA), str(n), "0"]
        taken = measure.run([*words, str(result)])
        return {"n": n, **taken, **json.loads(result.read_text(encoding="utf-8"))}
