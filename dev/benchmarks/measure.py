"""Time and peak memory of processes, and facts about the machine that they run on."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dev import provenance
from mnist_clustering import files, resources
from stages.workspace import ROOT

RESULTS = ROOT / "benchmarks" / "results"
# Settings of BLAS and Python that a machine may preset, unset so that they favour no side.
PRESETS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
LIBRARIES = ("numpy", "scipy", "scikit-learn", "openTSNE", "dvc")
# What the peers start from, whichever code split it.
_IMAGES = tuple(
    f"data/split/{part}_{what}.npy" for part in ("train", "test") for what in ("images", "labels")
)
# What each part measures; a stage stands for all that it needs too.
MADE_BY = {
    "stages": ("dev/benchmarks/pipeline.py", provenance.ALL),
    "pairs": ("dev/benchmarks/pairs.py", "dev/benchmarks/sides.py", "tsne@3"),
    "peers": ("dev/benchmarks/peers.py", "dev/benchmarks/routes.py", *_IMAGES),
    "growth": ("dev/benchmarks/growth.py", provenance.ALL),
    "explorer": ("dev/benchmarks/explorer.py", "explore"),
    "study": ("dev/benchmarks/study.py", "dev/benchmarks/routes.py", *_IMAGES),
}
RECORD = Path(__file__).with_name("record.py")


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

    Parameters
    ----------
    command : sequence of str
    folder : Path
        Where it runs.
    settings : mapping of str to str, optional
        Environment variables beside those of `environment`.

    Returns
    -------
    dict
        "seconds" of wall time, "cpu_seconds" of user and system, and "peak_mib", the largest
        resident set of any one of its processes (``ru_maxrss`` of ``wait4``).

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails.
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
    names = rounds[0]
    middle = {name: round(statistics.median(r[name] for r in rounds), 3) for name in names}
    return middle | {"rounds": len(rounds)}


def machine() -> dict[str, str]:
    """Return facts about the machine that determine its speed, but none that identify it."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": str(resources.threads()),
        "memory": f"{round(int(_first('/proc/meminfo', 'MemTotal').split()[0]) / 2**20)} GiB",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "C library": " ".join(platform.libc_ver()),
        "Python": platform.python_version(),
        "libraries": libraries,
    }


def _first(path: str, key: str) -> str:
    """Return the first value of a key in a file such as /proc/cpuinfo."""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def save(
    part: str, results: Mapping[str, Any], folder: Path = RESULTS, *, finished: bool = True
) -> None:
    """Write the results of one part beside the machine's facts.

    What is not finished gets no stamp, so that it counts as stale.
    """
    content = {"machine": machine(), **results}
    stamped = provenance.stamp(content, MADE_BY[part]) if finished else content
    files.save_json(folder / f"{part}.json", stamped)


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"bench: {text}", flush=True)
