"""Time and peak memory of processes, and facts about the machine that they run on."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dev import machine, provenance
from mnist_clustering import files, resources
from stages.workspace import ROOT

RESULTS = ROOT / "dev/benchmarks/results"
RECORD = Path(__file__).with_name("record.py")
TRAIN = 60_000
# Settings of BLAS and Python that a machine may preset, unset so that they favour no side.
PRESETS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
LIBRARIES = ("numpy", "scipy", "scikit-learn", "openTSNE", "dvc")
# What the peers start from, whichever code split it.
_IMAGES = [
    f"data/{of.format(part)}.npy"
    for part in ("train", "test")
    for of in ("split/{}_images", "label/{}")
]
_ROUTES = ("dev/benchmarks/peers.py", "dev/benchmarks/routes.py", *_IMAGES)
# What each part measures; a stage stands for all that it needs too.
MADE_BY = {
    "stages": ("dev/benchmarks/pipeline.py", provenance.ALL),
    "growth": ("dev/benchmarks/pipeline.py", provenance.ALL),
    "pairs": ("dev/benchmarks/peers.py", "dev/benchmarks/routes.py", "tsne@3"),
    "peers": _ROUTES,
    "study": _ROUTES,
    "explorer": ("dev/benchmarks/explorer.py", "present"),
}


@dataclass(frozen=True)
class Options:
    """Sizes and places of one run."""

    n: int = TRAIN  # Training images; fewer are for trying the benchmark out.
    rounds: int = 3  # How often what takes less than five minutes is measured.
    largest: int = 240_000  # The largest number of images of the growth.
    peers: Path = ROOT / ".venv-peers/bin/python"  # The interpreter that has umap-learn.
    results: Path = RESULTS


def environment() -> dict[str, str]:
    """Return this process's environment without presets, with the interpreter first on PATH."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in PRESETS and not name.startswith("GIT_")
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "DVC_NO_ANALYTICS": "1"}


def run(
    command: Sequence[str], folder: Path = ROOT, settings: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Run a command in a separate process and measure it.

    Returns "seconds" of wall time, "cpu_seconds" of user and system, and "peak_mib", the largest
    resident set of any one of its processes (``ru_maxrss`` of ``wait4``).
    """
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as log:
        subprocess.run(
            [sys.executable, "-S", "-E", str(RECORD), log.name, *command],
            cwd=folder,
            env=environment() | dict(settings or {}),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        taken = json.loads(log.read())
    return {name: taken[name] for name in ("seconds", "cpu_seconds", "peak_mib")}


def median(rounds: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each figure over several rounds, and their number."""
    rounds = list(rounds)
    middle = {name: round(statistics.median(r[name] for r in rounds), 3) for name in rounds[0]}
    return middle | {"rounds": len(rounds)}


def facts() -> dict[str, str]:
    """Return facts about the machine that determine its speed, but none that identify it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": machine.processor(),
        "cores": str(resources.threads()),
        "memory": f"{round(memory / 2**30)} GiB",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "C library": " ".join(platform.libc_ver()),
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def save(part: str, found: Mapping[str, Any], folder: Path, *, finished: bool = True) -> None:
    """Write the results of one part; what is not finished gets no stamp and counts as stale."""
    content = {"machine": facts(), **found}
    stamped = provenance.stamp(content, MADE_BY[part]) if finished else content
    files.save_json(folder / f"{part}.json", stamped)


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"bench: {text}", flush=True)
