"""Temporary copies of the workspace, in which the real pipeline runs with other params."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

ROOT = Path(__file__).resolve().parent.parent
_GIT_SETTINGS = {
    # The copy uses none of the user's hooks, signatures and other settings.
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "mnist-clustering",
    "GIT_AUTHOR_EMAIL": "nobody@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "mnist-clustering",
    "GIT_COMMITTER_EMAIL": "nobody@example.org",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}
_PATIENCE = 10.0  # seconds that an interrupted stage has to end by itself


@contextmanager
def temporary_copy(
    overrides: Mapping[str, Any],
    *,
    root: Path = ROOT,
    empty_cache: bool = False,
    name: str = "mnist-clustering",
) -> Iterator[Path]:
    """Copy the workspace, set params in the copy, and remove it at the end.

    The copy contains the files that git tracks or would track, with uncommitted edits, in a
    repository of its own. Unless ``empty_cache`` is set, it shares the DVC cache of the
    workspace, so that nothing is computed twice.

    Parameters
    ----------
    overrides : mapping of str to object
        Params by dotted name, as in ``{"kmeans.k": 12}``.
    root : Path
        The workspace.
    empty_cache : bool
        Whether the copy has an empty cache of its own, so that everything is recomputed.
    name : str
        Name of the copy's folder.

    Yields
    ------
    Path
        The folder of the copy.

    Raises
    ------
    KeyError
        If params.yaml has no param of that name.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-") as parent:
        folder = Path(parent) / name
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for file in _git(listed, root).split("\0"):
            # git also lists tracked files that were deleted.
            if file and (root / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / file, folder / file)
        set_params(folder / "params.yaml", overrides)
        # DVC's own records about the copy are removed with it.
        config = f"[core]\n    site_cache_dir = {folder / '.dvc' / 'tmp' / 'site'}\n"
        if not empty_cache:
            config += f"[cache]\n    dir = {cache_folder(root)}\n"
        (folder / ".dvc" / "config.local").write_text(config, encoding="utf-8")
        for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "copy"]):
            _git(["git", *command], folder, _GIT_SETTINGS)
        yield folder


def set_params(path: Path, overrides: Mapping[str, Any]) -> None:
    """Change params in a file by dotted name; comments are kept.

    Raises
    ------
    KeyError
        If the file has no param of that name.
    """
    with modify_yaml(path) as params:
        for name, value in overrides.items():
            *sections, key = name.split(".")
            section = params
            for part in sections:
                section = section.get(part, {})
            if key not in section:
                raise KeyError(f"{path.name} has no param {name}")
            section[key] = value


def repro(folder: Path, targets: Sequence[str] = ()) -> None:
    """Run ``dvc repro`` in a folder, for all stages or for targets and what they depend on.

    Raises
    ------
    subprocess.CalledProcessError
        If a stage fails.
    """
    dvc(folder, "repro", *targets)


def dvc(
    folder: Path,
    *arguments: str,
    python: str = sys.executable,
    settings: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> None:
    """Run a DVC command in a folder, with the folder of an interpreter first on PATH.

    Parameters
    ----------
    folder : Path
    *arguments : str
        Arguments of ``dvc``.
    python : str
        The interpreter of an environment that has DVC.
    settings : mapping of str to str, optional
        The whole environment; by default that of this process.
    log : file, optional
        Receives the output of the command; by default it goes where this process writes.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails.
    """
    environment = _environment() if settings is None else dict(settings)
    path = f"{Path(python).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    command = [python, "-m", "dvc", *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment | {"PATH": path, "DVC_NO_ANALYTICS": "1"},
        stdout=log,
        stderr=log and subprocess.STDOUT,
        start_new_session=True,  # so that an interrupted command can be ended with its children
    )
    try:
        status = process.wait()
    except BaseException:
        _end(process)
        raise
    if status:
        raise subprocess.CalledProcessError(status, command)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a process and its children, and kill those that do not end in time."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def cache_folder(root: Path) -> Path:
    """Return the folder of a workspace's DVC cache."""
    with Repo(str(root)) as repo:
        return Path(str(repo.cache.local_cache_dir))


def _git(command: Sequence[str], folder: Path, settings: Mapping[str, str] | None = None) -> str:
    environment = _environment() | dict(settings or {})
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _environment() -> dict[str, str]:
    """Return the environment without variables that point git elsewhere, as in a hook."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
