"""Small params, and real DVC in temporary copies of the project."""

import atexit
import fcntl
import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from dev.workspace import configure, temporary_copy
from tests.support.forks import Forks

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
    "tsne.map_2d.early_iterations": 25,
    "tsne.map_2d.iterations": 25,
    "tsne.map_3d.iterations": 25,
    "elbow.k_max": 5,
    "elbow.pixels_starts": 1,
    "elbow.map_starts": 1,
    "elbow.silhouette_sample": 100,
    "recluster.n_init": 1,
    "micro.micro_clusters": 30,
    "micro.n_init": 1,
    "evaluate.resamples": 100,
    "draw.dpi": 50,
}
ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    "DVC_NO_ANALYTICS": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{role}_NAME": "test" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "test@example.org" for role in ("AUTHOR", "COMMITTER")},
}


NAME = "mnist-clustering"  # of every copy, by which coverage finds its files again


@functools.cache
def warm() -> Forks:
    """Return this process's interpreter that runs DVC and stages, started when first needed."""
    forks = Forks().__enter__()
    atexit.register(forks.__exit__)
    return forks


def finished_once(shared: Path) -> tuple[Path, set[str]]:
    """Run dvc repro on small data: the folder, with results committed, and the stages that ran.

    Of several test processes with the same folder ``shared`` one does, and the others wait for it.
    """
    folder, names = shared / "finished" / NAME, shared / "finished" / "stages"
    with (shared / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not names.exists():
            with temporary_copy(SMALL, empty_cache=True, name=NAME) as made:
                copy(made, folder)
            # All params are others: what it says of the committed run is read and written in vain.
            (folder / "dvc.lock").unlink()
            stages = repro(folder)
            commit(folder)
            names.write_text("\n".join(stages), encoding="utf-8")
    return folder, set(names.read_text(encoding="utf-8").splitlines())


def copy(folder: Path, target: Path) -> Path:
    """Copy a folder that has a cache of its own; what DVC notes about the copy stays in it."""
    shutil.copytree(folder, target, symlinks=True, ignore=_notes_of_dvc)
    configure(target)
    return target


def _notes_of_dvc(folder: str, names: list[str]) -> set[str]:
    return {"tmp"} & set(names) if Path(folder).name == ".dvc" else set()


def run(
    folder: Path, *command: str, code: int | None = 0, environment: Mapping[str, str] = ENVIRONMENT
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; ``code`` None takes any failure for expected."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return _checked(done, code)


def _checked(
    done: subprocess.CompletedProcess[str], code: int | None
) -> subprocess.CompletedProcess[str]:
    expected = done.returncode != 0 if code is None else done.returncode == code
    assert expected, f"{done.args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


def dvc(folder: Path, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run a DVC command, and the stages that it starts, in forks of a warm interpreter."""
    return module(folder, "dvc", *arguments, code=code)


def module(folder: Path, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run any ``python -m WORDS`` so."""
    return _checked(warm().run(folder, words, ENVIRONMENT | warm().environment()), code)


def repro(folder: Path, *arguments: str) -> set[str]:
    """Reproduce, and return the names of the stages that ran."""
    return ran(dvc(folder, "repro", *arguments))


def ran(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(re.findall(r"^Running stage '(.+)':$", done.stdout, flags=re.MULTILINE))


def commit(folder: Path) -> None:
    run(folder, "git", "add", ".")
    run(folder, "git", "commit", "--quiet", "-m", "results")
