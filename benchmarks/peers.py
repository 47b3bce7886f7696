"""Common methods ("routes") on the same images: seconds, memory and scores."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import measure
from benchmarks.options import Options
from checks.workspace import ROOT
from stages.methods.errors import InputError

DATA = ROOT / "data"
ROUTES = (
    "sklearn_tsne_2d",
    "opentsne_kmeans",
    "umap_hdbscan",
    "umap_kmeans",
    "sklearn_kmeans",
    "sklearn_elbow",
    "opentsne_exaggerated",
    "sklearn_tsne_3d",
)
# Slow routes are measured on these fractions of train and extrapolated by their growth.
IN_PARTS = ("sklearn_tsne_2d", "sklearn_tsne_3d")
PARTS = (24, 12, 6)
K_OF_ELBOW = range(2, 21)


def main(options: Options) -> None:
    """Run every route once; scikit-learn's slow ones on subsets, unless ``--full`` is given.

    Results are written after each route, so that a run that is broken off leaves what it has.
    """
    measured = {}
    for name in ROUTES:
        if name == "sklearn_elbow":
            elbow = route("sklearn_elbow_full" if options.full else name, options)
            measured[name] = elbow | {"seconds_of_all": all_of_elbow(elbow["steps"])}
        elif name in IN_PARTS and not options.full:
            measured[name] = extrapolate(name, options)
        else:
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
        words = [str(python), "-m", "benchmarks.routes", name, str(DATA), str(n), "0"]
        taken = measure.run([*words, str(result)])
        return {"n": n, **taken, **json.loads(result.read_text(encoding="utf-8"))}


def extrapolate(name: str, options: Options) -> dict[str, Any]:
    """Measure subsets and extrapolate their seconds to all images by the fitted power of n."""
    parts = [route(name, options, options.n // part) for part in PARTS]
    sizes, seconds = ([part[key] for part in parts] for key in ("n", "seconds"))
    exponent, seconds_of_all = carried_on(sizes, seconds, options.n)
    return parts[-1] | {
        "parts": [{"n": n, "seconds": s} for n, s in zip(sizes, seconds, strict=True)],
        "exponent": exponent,
        "seconds_of_all": seconds_of_all,
    }


def carried_on(sizes: list[int], seconds: list[float], n: int) -> tuple[float, float]:
    """Fit ``seconds ~ size ** exponent`` and return the exponent and the seconds for n.

    The line goes through the largest part, which is nearest to n.
    """
    exponent = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
    return round(exponent, 2), round(seconds[-1] * (n / sizes[-1]) ** exponent, 1)


def all_of_elbow(steps: dict[str, float]) -> float:
    """Estimate the seconds of all k from those of some, by interpolation over k."""
    known = sorted((int(k), seconds) for k, seconds in steps.items())
    numbers, seconds = zip(*known, strict=True)
    slope = seconds[0] / numbers[0]
    # Below the lowest k, proportional to k.
    low = [k * slope for k in K_OF_ELBOW if k < numbers[0]]
    rest = [k for k in K_OF_ELBOW if k >= numbers[0]]
    return round(sum(low) + float(np.interp(rest, numbers, seconds).sum()), 1)
