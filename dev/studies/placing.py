"""Place a million enlarged images, plainly and on a Dask cluster that is killed twice on the way.

    python -m dev.studies.placing [PART...] [-n N]

needs a finished run and `make dask`. Parts, by default all: candidates (what fewer of them cost on
the test images, and gain), million (both ways to place N images, and whether they end with the same
bytes). ``dev/studies/results/placing.json`` is written after each.
"""

import argparse
import os
import resource
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

import predict
from dev import differences, graph, provenance
from dev.benchmarks.pipeline import enlarge
from dev.tables.markdown import read
from dev.workspace import command_line
from mnist_clustering import files
from mnist_clustering.errors import InputError
from mnist_clustering.model import fitted as model
from mnist_clustering.placing import blocks
from stages.workspace import ROOT

RESULTS = ROOT / "dev/studies/results/placing.json"
MADE_BY = (
    "dev/studies/placing.py",
    "place.py",
    "mnist_clustering/placing/blocks.py",
    "mnist_clustering/placing/executors.py",
    "bundle",
)
PYTHON = ROOT / ".venv-dask/bin/python"
MILLION = 1_000_000
CANDIDATES = (150, 100, 60, 30, 0)
# Enough images for the compiled code to be loaded.
FEW = 300
# Shares of all blocks after which the run on the cluster is killed.
KILLS = (0.3, 0.6)
# Seconds between two looks at a process.
_LOOK = 0.1


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(prog="placing", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("-n", type=int, default=MILLION, metavar="N", help="default: %(default)s")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(unknown)}: choose some of {', '.join(PARTS)}")
    if not PYTHON.exists():
        raise InputError("dev.studies.placing needs distributed: make dask installs it")
    found = read(RESULTS) if RESULTS.is_file() else {}
    found = {part: own for part, own in found.items() if part in {*PARTS, provenance.KEY}}
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="mnist-clustering-") as folder:
            found[part] = PARTS[part](Path(folder), options.n)
        files.save_json(RESULTS, found)
    # The stamp is of all parts: what is measured alone leaves the others as old as they are.
    if set(options.parts or PARTS) >= set(found) - {provenance.KEY}:
        provenance.save(RESULTS, found, MADE_BY)


def candidates(_: Path, __: int) -> dict[str, Any]:
    """Place the test images, ranking fewer and fewer candidates: their scores, and the time."""
    images, labels = (
        np.load(ROOT / path) for path in ("data/split/test_images.npy", "data/label/test.npy")
    )
    fitted = predict.load_model(predict.MODEL)
    found = {}
    with threadpool_limits(1):
        for number in CANDIDATES:
            asked = blocks.with_candidates(fitted, number)
            model.apply(asked, images[:FEW])  # The first time it is compiled.
            begun = time.process_time()
            placed = model.apply(asked, images)
            seconds = time.process_time() - begun
            refused = np.array([reason is not None for reason in placed.reasons])
            right = np.array(fitted.names)[placed.clusters] == labels
            found[str(number)] = {
                "right": round(float((right & ~refused).mean()), 4),
                "refused": float(refused.mean()),
                "images_per_cpu_second": round(len(images) / seconds),
            }
    return found


def million(folder: Path, n: int) -> dict[str, Any]:
    """Place all of MNIST and varied copies plainly and on a cluster, and compare every file."""
    parts = [np.load(ROOT / f"data/split/{part}_images.npy") for part in ("train", "test")]
    np.save(folder / "images.npy", enlarge(np.concatenate(parts), n))
    plain = run(folder, "plain", ["--workers", "2"])
    cluster = ["--on", "dask", "--workers", "2"]
    kills = [int(share * plain["blocks"]) for share in KILLS]
    killed = [run(folder, "dask", cluster, kill_at) for kill_at in kills]
    last = run(folder, "dask", cluster)
    digests = [
        {file: differences.digest(folder / way / file) for file in graph.contents("", folder / way)}
        for way in ("plain", "dask")
    ]
    return {
        "n": n,
        "plain": plain,
        "dask": {"killed_after": [ran["blocks"] for ran in killed], **last},
        "equal": digests[0] == digests[1],
    }


PARTS = {"candidates": candidates, "million": million}


def run(folder: Path, to: str, words: list[str], kill_at: int | None = None) -> dict[str, Any]:
    """Run place.py, and kill it with all that it started once so many blocks are there."""
    print(f"placing: images.npy {' '.join(words)}", flush=True)
    command = [str(PYTHON), str(ROOT / "place.py"), "images.npy", "-o", to, *words]
    begun, cpu = time.monotonic(), _cpu_seconds()
    process = subprocess.Popen(command, cwd=folder, start_new_session=True)
    largest, made = 0, folder / to / "blocks"
    while process.poll() is None:
        largest = max(largest, _largest_child(process.pid))
        if kill_at is not None and len(list(made.glob("[0-9]*"))) >= kill_at:
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(_LOOK)
    if process.returncode and kill_at is None:
        raise subprocess.CalledProcessError(process.returncode, command)
    return {
        "seconds": round(time.monotonic() - begun, 1),
        "cpu_seconds": round(_cpu_seconds() - cpu, 1),
        "blocks": len(list(made.glob("[0-9]*"))),
        "largest_worker_mb": round(largest / 1e6),
    }


def _cpu_seconds() -> float:
    """Return the time that finished processes took, which the load of others hardly changes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _largest_child(pid: int) -> int:
    """Return the resident bytes of the largest process below one; 0 where it has just ended."""
    try:
        children = psutil.Process(pid).children(recursive=True)
        return max((child.memory_info().rss for child in children), default=0)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    command_line(main, "placing")
