"""Temporary copies of the workspace, in which the real pipeline runs with other params."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dvc.utils.serialize import modify_yaml

ROOT = Path(__file__).resolve().parent.parent
_COMMITTER = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "mnist-clustering"), ("EMAIL", "nobody@example.org"))
}


@contextmanager
def temporary_copy(
    overrides: Mapping[str, Any], *, root: Path = ROOT, empty_cache: bool = False
) -> Iterator[Path]:
    """Copy the workspace as it stands, set params in the copy, and remove it at the end.

    The copy holds what git tracks or would track, uncommitted edits included, in a repository of
    its own. It shares the DVC cache of the workspace, so that nothing is computed twice, unless
    the cache is to be empty.

    Parameters
    ----------
    overrides : mapping of str to object
        Params by dotted name, as in ``{"kmeans.k": 12}``.
    root : Path
        The workspace.
    empty_cache : bool
        Whether the copy has a cache of its own, so that everything is computed anew.

    Yields
    ------
    Path
        The folder of the copy.

    Raises
    ------
    KeyError
        If params.yaml has no param of that name.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-") as name:
        folder = Path(name)
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for file in _output(listed, root).split("\0"):
            if file and (root / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / file, folder / file)
        set_params(folder / "params.yaml", overrides)
        if not empty_cache:
            config = f"[cache]\n    dir = {root / '.dvc' / 'cache'}\n"
            (folder / ".dvc" / "config.local").write_text(config, encoding="utf-8")
        for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "copy"]):
            _output(["git", *command], folder)
        yield folder


def set_params(path: Path, overrides: Mapping[str, Any]) -> None:
    """Change params in a file by dotted name, comments kept."""
    with modify_yaml(path) as params:
        for name, value in overrides.items():
            *sections, key = name.split(".")
            section = params
            for part in sections:
                section = section[part]
            if key not in section:
                raise KeyError(f"{path} has no param {name}")
            section[key] = value


def dvc(folder: Path, *arguments: str) -> None:
    """Run a DVC command in a folder, with this interpreter first on the path.

    Raises
    ------
    subprocess.CalledProcessError
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
    command: Sequence[str] = [sys.executable, "-m", "dvc", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True)


def _output(command: Sequence[str], folder: Path) -> str:
    environment = os.environ | _COMMITTER
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout
