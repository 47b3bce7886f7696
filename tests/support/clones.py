"""Small params, and real DVC in temporary copies of the project."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.workspace import temporary_copy

# Every stage on a few hundred real digits, as briefly as it can.
SMALL = {
    "download.dataset": "digits",
    "split.train_size": 300,
    "split.test_size": 80,
    "kmeans.n_init": 1,
    "features.gradient_components": 8,
    "features.concavity_components": 8,
    "features.pixel_components": 8,
    "neighbors.k": 15,
    "neighbors.test_k": 5,
    "tsne.perplexity": 5,
    "tsne.test_neighbors": 5,
    "tsne.map_2d.early_iterations": 50,
    "tsne.map_2d.iterations": 50,
    "tsne.map_3d.iterations": 25,
    "elbow.k_max": 5,
    "elbow.pixels_starts": 1,
    "elbow.map_starts": 1,
    "elbow.silhouette_sample": 100,
    "recluster.n_init": 1,
    "examine.resamples": 100,
    "draw.dpi": 50,
}
ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    "DVC_NO_ANALYTICS": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{role}_NAME": "test" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "test@example.org" for role in ("AUTHOR", "COMMITTER")},
}


@contextmanager
def small_copy() -> Iterator[Path]:
    """Copy the project with small params and a DVC cache of its own, which is empty."""
    with temporary_copy(SMALL, empty_cache=True) as folder:
        yield folder


def run(folder: Path, *command: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; ``code`` None takes any failure for expected."""
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    expected = done.returncode != 0 if code is None else done.returncode == code
    assert expected, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


def dvc(folder: Path, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "dvc", *arguments, code=code)


def repro(folder: Path, *arguments: str) -> set[str]:
    """Reproduce, and return the names of the stages that ran."""
    return ran(dvc(folder, "repro", *arguments))


def ran(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(re.findall(r"^Running stage '(.+)':$", done.stdout, flags=re.MULTILINE))


def commit(folder: Path) -> None:
    run(folder, "git", "add", ".")
    run(folder, "git", "commit", "--quiet", "-m", "results")
