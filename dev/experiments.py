"""Experiments in clones of their own, which share the DVC cache and bring their results back."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from dev import graph
from dev.workspace import NOBODY, configure
from mnist_clustering import resources
from mnist_clustering.errors import InputError
from stages.workspace import dvc, environment, failure, set_params

Settings = tuple[str, ...]


class Place(NamedTuple):
    """Where experiments run, as it is sent to each worker."""

    # The clone that they come back to, its last commit, and the folder of DVC's cache.
    root: str
    commit: str
    cache: str
    threads: int  # Of each experiment.

    @property
    def refs(self) -> str:
        """Where DVC keeps the experiments of the commit."""
        return f"refs/exps/{self.commit[:2]}/{self.commit[2:]}/"


def prepare(place: Place, task: tuple[Settings, tuple[str, ...]]) -> str | None:
    """Compute stages, which leaves their outputs in the shared cache; or say why it failed."""
    settings, stages = task
    with _clone(place) as folder:
        values = dict(setting.partition("=")[::2] for setting in settings)
        parsed = {name: yaml.safe_load(value) for name, value in values.items()}
        set_params(folder / graph.PARAMS, parsed)
        return _dvc(place, folder, "repro", *stages)


def experiment(place: Place, item: tuple[str, Settings]) -> str | None:
    """Run one experiment and bring it back; or say why it failed."""
    name, settings = item
    with _clone(place) as folder:
        words = [word for setting in settings for word in ("-S", setting)]
        sentence = _dvc(place, folder, "exp", "run", "--name", name, *words)
        if sentence is None:
            ref = f"{place.refs}{name}"
            # Others may fetch into the clone at the same time.
            quiet = ("-c", "gc.auto=0", "fetch", "--quiet", "--no-write-fetch-head")
            git(Path(place.root), *quiet, str(folder), f"{ref}:{ref}")
        return sentence


@contextmanager
def _clone(place: Place) -> Iterator[Path]:
    """Clone the last commit into a temporary folder, which uses the same cache."""
    with tempfile.TemporaryDirectory(
        prefix="mnist-clustering-", ignore_cleanup_errors=True
    ) as parent:
        folder = Path(parent) / "mnist-clustering"
        git(Path(parent), "clone", "--quiet", "--shared", place.root, str(folder))
        git(folder, "checkout", "--quiet", "--detach", place.commit)
        for name, value in NOBODY.items():
            if not git(folder, "config", "--default", "", f"user.{name}").strip():
                git(folder, "config", f"user.{name}", value)
        configure(folder, place.cache)
        yield folder


def _dvc(place: Place, folder: Path, *words: str) -> str | None:
    """Run DVC in a clone; return the sentence of the stage that failed."""
    said: list[str] = []
    settings = environment() | {resources.THREADS: str(place.threads)}
    try:
        dvc(folder, *words, settings=settings, on_line=said.append)
    except subprocess.CalledProcessError:
        return failure("".join(said))
    return None


def clean_commit(root: Path) -> str:
    """Return the last commit; refuse changes that are in none."""
    if shutil.which("git") is None or not (root / ".git").exists():
        raise InputError(
            "experiments belong to a commit: git init && git add . && git commit first"
        )
    changed = git(root, "status", "--porcelain", "--untracked-files=no").splitlines()
    if changed:
        names = ", ".join(line[3:] for line in changed[:5])
        raise InputError(
            f"{names} changed since the last commit, to which experiments would belong: commit "
            "that, or take it back by git checkout"
        )
    return git(root, "rev-parse", "HEAD").strip()


def git(folder: Path, *words: str) -> str:
    """Run git, without variables that point it elsewhere, and return what it prints."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout
