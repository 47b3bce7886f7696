"""Temporary copies of the workspace, in which the real pipeline runs with other params."""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml
from pathspec import PathSpec

from mnist_clustering.errors import InputError

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
_COMMANDS = (
    "init --quiet",
    # Newer git tidies up in the background, also while the copy is being removed.
    "config maintenance.auto false",
    "config gc.auto 0",
    "add .",
    "commit --quiet -m copy",
)
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
    with tempfile.TemporaryDirectory(
        prefix="mnist-clustering-", ignore_cleanup_errors=True
    ) as parent:
        folder = Path(parent) / name
        for file in files(root):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, folder / file)
        set_params(folder / "params.yaml", overrides)
        has_git = shutil.which("git") is not None
        # DVC's own records about the copy are removed with it.
        config = f"[core]\n    site_cache_dir = {folder / '.dvc' / 'tmp' / 'site'}\n"
        if not has_git:
            config += "    no_scm = true\n"
        if not empty_cache:
            config += f"[cache]\n    dir = {cache_folder(root)}\n"
        (folder / ".dvc" / "config.local").write_text(config, encoding="utf-8")
        for command in _COMMANDS if has_git else ():
            _git(["git", *command.split()], folder, _GIT_SETTINGS)
        yield folder


def files(root: Path) -> list[str]:
    """List the files that git tracks or would track, uncommitted ones included.

    Parameters
    ----------
    root : Path
        A clone; or a downloaded archive, whose ignore files are read without git.

    Returns
    -------
    list of str
        Paths within ``root``, slashes forward.

    Raises
    ------
    InputError
        If git refuses to read the clone, as it does where another user owns it.
    """
    if any((folder / ".git").exists() for folder in (root, *root.parents)):
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            found = _git(listed, root).split("\0")
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            said = getattr(error, "stderr", None) or str(error)
            raise InputError(
                f"git cannot list the files of {root} ({said.strip().splitlines()[0]}): if another "
                f"user owns it, git config --global --add safe.directory {shlex.quote(str(root))}"
            ) from error
        # git also lists tracked files that were deleted.
        return [file for file in found if file and (root / file).is_file()]
    ignored = [(root, _patterns(root)), (root / ".dvc", _patterns(root / ".dvc"))]
    return list(_walk(root, root, ignored))


def _patterns(folder: Path) -> PathSpec:
    file = folder / ".gitignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return PathSpec.from_lines("gitignore", lines)


def _walk(folder: Path, root: Path, ignored: Sequence[tuple[Path, PathSpec]]) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        name = path.relative_to(root).as_posix()
        slash = "/" if path.is_dir() and not path.is_symlink() else ""
        if any(
            spec.match_file(f"{path.relative_to(base).as_posix()}{slash}")
            for base, spec in ignored
            if path.is_relative_to(base)
        ):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root, ignored)
        elif path.is_file():
            yield name


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
    # The cache does not hang on git, which may be missing or refuse.
    with Repo(str(root), config={"core": {"no_scm": True}}) as repo:
        return Path(str(repo.cache.local_cache_dir))


def _git(command: Sequence[str], folder: Path, settings: Mapping[str, str] | None = None) -> str:
    environment = _environment() | dict(settings or {})
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


def _environment() -> dict[str, str]:
    """Return the environment without variables that point git elsewhere, as in a hook."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def command_line(main: Callable[[], int | None], name: str, description: str | None = None) -> None:
    """Run a check or a study as a process: what went wrong is one sentence.

    Parameters
    ----------
    main : callable
        Returns the exit code; None is 0.
    name : str
        What the sentence begins with.
    description : str, optional
        What ``--help`` says, of what takes no other words; without it, ``main`` reads its own.
    """
    if description is not None:
        argparse.ArgumentParser(
            prog=name,
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        ).parse_args()
    try:
        code = main()
    except (InputError, KeyError, OSError) as error:
        words = error.args[0] if isinstance(error, KeyError) else error
        sys.exit(f"{name}: {words}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{name}: a command failed, as said above: {shlex.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")
    sys.exit(code)
