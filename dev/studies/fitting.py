"""Fit up to two million enlarged images: time and memory of each stage, and scores.

    python -m dev.studies.fitting [-n N...] [--landmarks N] [-o FILE]

needs a finished run, 16 GiB of memory and 12 GB of disk for two million. Each size is written as it
ends, and the same command again measures those that are missing.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from dev import provenance
from dev.benchmarks import measure, pipeline
from dev.tables.markdown import read
from dev.workspace import command_line, temporary_copy
from mnist_clustering.images import idx
from stages.workspace import ROOT

RESULTS = ROOT / "dev/studies/results/fitting.json"
MADE_BY = ("dev/studies/fitting.py", provenance.ALL)
SIZES = (250_000, 500_000, 1_000_000, 2_000_000)
LANDMARKS = 250_000
RAW = ROOT / "data/raw"


def main() -> None:
    """Measure the sizes that are missing."""
    parser = argparse.ArgumentParser(prog="fitting", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("-n", type=int, nargs="+", default=SIZES, metavar="N", help="training images, in turn")
    add("--landmarks", type=int, default=LANDMARKS, metavar="N", help="default: %(default)s")
    add("-o", "--output", type=Path, default=RESULTS, metavar="FILE", help="default: %(default)s")
    options = parser.parse_args()
    overrides = {"split.landmarks": options.landmarks}
    before = read(options.output) if options.output.is_file() else {}
    # What was measured of this code and these params.
    same = before and before[provenance.KEY]["params"] == overrides and not provenance.stale(before)
    sizes: dict[str, Any] = dict(before["sizes"]) if same else {}
    for n in options.n:
        if str(n) in sizes:
            print(f"fitting: {n:,} images were measured before", flush=True)
            continue
        with temporary_copy(overrides) as folder:
            enlarge(folder / "data/raw", n)
            sizes[str(n)] = fit(folder, n)
        found = {"landmarks": options.landmarks, "machine": measure.facts(), "sizes": sizes}
        provenance.save(options.output, found, MADE_BY, overrides)


def enlarge(folder: Path, n: int) -> None:
    """Write a data set of n training images: MNIST's own, then copies that are varied a little."""
    shutil.copytree(RAW, folder, dirs_exist_ok=True)
    for kind in ("images-idx3", "labels-idx1"):
        path = folder / f"train-{kind}-ubyte"
        own = idx.decode(path.read_bytes(), path.name)
        path.write_bytes(idx.encode(pipeline.enlarge(own, n)))


def fit(folder: Path, n: int) -> dict[str, Any]:
    """Run the stages one by one; return what each took, and the scores."""
    taken = {}
    for name, command in pipeline.commands(folder, without=["download"]).items():
        print(f"fitting: {name} of {n:,} images", flush=True)
        taken[name] = measure.run([sys.executable, *command], folder)
    scored, placed = (read(folder / f"metrics/{name}.json") for name in ("evaluate", "bundle"))
    accuracy = {part: scored["clusters_2d"][part]["accuracy"] for part in ("train", "test")}
    accuracy["rest"] = placed.get("accuracy")
    return {"rest": placed["images"], "accuracy": accuracy, "stages": taken}


if __name__ == "__main__":
    command_line(main, "fitting")
