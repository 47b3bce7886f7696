"""What crate and release ask of a run, and how they leave what they make of it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dvc.exceptions import DvcException
from dvc.repo import Repo

from mnist_clustering.errors import InputError
from stages.workspace import environment

_NAMED = 3


def check(root: Path) -> None:
    """Refuse a run of which DVC finds a stage that has not run, or is not up to date."""
    try:
        with Repo(str(root)) as repo:
            changed = [name.rpartition(":")[2] for name in repo.status()]
    except DvcException as error:
        raise InputError(f"DVC cannot tell whether the run is up to date: {error}") from error
    if changed:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        raise InputError(
            f"the run is not finished or not up to date ({', '.join(changed[:_NAMED])}{more}): "
            "make repro first"
        )


def date(root: Path) -> int:
    """Return SOURCE_DATE_EPOCH, or else the date of the last commit, in seconds since 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        words = ["git", "log", "-1", "--format=%ct"]
        done = subprocess.run(words, cwd=root, env=environment(), capture_output=True, text=True)
        given = done.stdout.strip()
    if not given.isdecimal():
        raise InputError(
            f"SOURCE_DATE_EPOCH is {given!r}, and without it {root} has to be a clone, whose last "
            "commit has a date: set it to seconds since 1970"
        )
    return int(given)


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Yield an empty folder, which on success takes the place of the one that is named."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as parent:
        made = Path(parent) / folder.name
        made.mkdir()
        yield made
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
