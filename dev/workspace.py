"""Temporary copies of the project, in which the real pipeline runs with other params."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dvc.repo import Repo

from mnist_clustering.errors import InputError
from mnist_clustering.features.descriptors import BLOCKS
from stages.workspace import PARAMS, ROOT, environment, project_files, set_params

NOBODY = {"name": "mnist-clustering", "email": "nobody@example.org"}
# The copy uses none of the user's hooks, signatures and other settings.
_GIT_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{role}_{what.upper()}": own
    for role in ("AUTHOR", "COMMITTER")
    for what, own in (NOBODY | {"date": "2026-01-01T00:00:00Z"}).items()
}
_COMMANDS = (
    "init --quiet",
    # Newer git tidies up in the background, also while the copy is being removed.
    "config maintenance.auto false",
    "config gc.auto 0",
    "add .",
    "commit --quiet -m copy",
)


@contextmanager
def temporary_copy(
    overrides: Mapping[str, Any],
    *,
    root: Path = ROOT,
    empty_cache: bool = False,
    name: str = "mnist-clustering",
) -> Iterator[Path]:
    """Copy the workspace, set params by dotted name in the copy, and remove it at the end.

    The copy contains the project's files (`project_files`), with uncommitted edits, in a
    repository of its own. It shares the DVC cache of the workspace, so that nothing is computed
    twice; or it has an empty one of its own, so that everything is. ``name`` is that of its folder.
    """
    with tempfile.TemporaryDirectory(
        prefix="mnist-clustering-", ignore_cleanup_errors=True
    ) as parent:
        folder = Path(parent) / name
        for file in project_files(root):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, folder / file)
        set_params(folder / PARAMS, overrides)
        configure(folder, None if empty_cache else str(cache_folder(root)))
        settings = environment() | _GIT_SETTINGS
        for command in _COMMANDS if shutil.which("git") else ():
            words = ["git", *command.split()]
            subprocess.run(words, cwd=folder, env=settings, check=True, capture_output=True)
        yield folder


def configure(folder: Path, cache: str | None = None) -> None:
    """Let DVC keep its own records about a copy in the copy, and use another's cache."""
    config = f"[core]\n    site_cache_dir = {folder / '.dvc' / 'tmp' / 'site'}\n"
    config += "" if shutil.which("git") else "    no_scm = true\n"
    config += f"[cache]\n    dir = {cache}\n" if cache else ""
    (folder / ".dvc" / "config.local").write_text(config, encoding="utf-8")


def block_alone(name: str) -> dict[str, Any]:
    """Params by which one block of features counts, whatever others there are."""
    return {f"features.{block}_weight": int(block == name) for block in BLOCKS}


def cache_folder(root: Path) -> Path:
    """Return the folder of a workspace's DVC cache."""
    # The cache does not hang on git, which may be missing or refuse.
    with Repo(str(root), config={"core": {"no_scm": True}}) as repo:
        return Path(str(repo.cache.local_cache_dir))


def command_line(main: Callable[[], int | None], name: str, description: str | None = None) -> None:
    """Run a check or a study as a process: what went wrong is one sentence, which the name begins.

    With a description, which ``--help`` prints, it takes no words; else ``main`` reads its own.
    """
    if description is not None:
        raw = argparse.RawDescriptionHelpFormatter
        argparse.ArgumentParser(name, description=description, formatter_class=raw).parse_args()
    try:
        sys.exit(main())
    except (InputError, KeyError, OSError) as error:
        words = error.args[0] if isinstance(error, KeyError) else error
        sys.exit(f"{name}: {words}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{name}: a command failed, as said above: {shlex.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")
