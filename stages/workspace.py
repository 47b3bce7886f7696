"""What scripts share: the files that the project is made of, its params, and DVC run in a copy."""

import errno
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

from mnist_clustering.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
PARAMS = "params.yaml"
PIPELINE = "dvc.yaml"
# What belongs to the project where git does not say so. Whatever else lies in its folder is the
# user's, who may keep films and passwords there.
_OWN = (
    *(".ci/*", ".dvc/*.*", ".dvc/.gitignore", ".dvc/config", ".dvc/plots/*", ".github/**/*"),
    *(f"{folder}/**/*" for folder in ("datasets", "dev", "docs", "explorer", "metrics")),
    *(f"{folder}/**/*" for folder in ("mnist_clustering", "plots", "stages", "tests")),
    *(".devcontainer.json", ".dockerignore", ".dvcignore", ".gitattributes", ".gitignore"),
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "Makefile"),
    *("README.md", "cluster.py", "codemeta.json", "dvc.lock", "dvc.yaml", "jsconfig.json"),
    *("labels.csv", "params.schema.json", "params.yaml", "place.py", "predict.py"),
    "pyproject.toml",
    "requirements*.lock",
)
_LOCAL = (".dvc/config.local",)
# New files of a clone that count before `git add`: an edit can be tried while it is made.
_NEW = tuple(
    f":(glob){folder}/**/*.{ending}"
    for folder in ("datasets", "dev", "explorer", "mnist_clustering", "stages", "tests")
    for ending in ("css", "html", "js", "json", "py", "sh", "yaml")
)
_PATIENCE = 10.0  # seconds that an interrupted stage has to end by itself
_STOPPED = re.compile(r"'([^']+)': failed to run: .*, exited with (-?\d+)")
_MOST_SIGNALS = 64
# What DVC says while it restores files, and what it means.
_FULL = rf"No possible cache link types|\[Errno ({errno.ENOSPC}|{errno.EDQUOT})\]"
_CLOSED = rf"\[Errno ({errno.EACCES}|{errno.EROFS})\]"
_MEANINGS = {
    _FULL: "no space left on the disk: make room",
    _CLOSED: "a file or its folder cannot be written to: make it yours, or mount it so",
}


def project_files(root: Path) -> list[str]:
    """List the files that the project is made of, and none that a user keeps beside them.

    Of a clone these are its tracked files, and new ones where code is; of a downloaded archive
    those of known names.

    Raises
    ------
    InputError
        If git refuses to read the clone, as it does where another user owns it.
    """
    if any((folder / ".git").exists() for folder in (root, *root.parents)):
        tracked = _git_files(root, "--cached")
        # A repository around an archive knows nothing of it.
        if PIPELINE in tracked:
            new = _git_files(root, "--others", "--exclude-standard", "--", *_NEW)
            # git also lists tracked files that were deleted.
            return [name for name in (*tracked, *new) if (root / name).is_file()]
    found = {path for pattern in _OWN for path in root.glob(pattern) if path.is_file()}
    names = sorted(path.relative_to(root).as_posix() for path in found)
    return [name for name in names if "__pycache__" not in name and name not in _LOCAL]


def _git_files(root: Path, *words: str) -> list[str]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", *words],
            cwd=root,
            env=environment(),
            check=True,
            capture_output=True,
        ).stdout
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        said = os.fsdecode(getattr(error, "stderr", b"")) or str(error)
        raise InputError(
            f"git cannot list the files of {root} ({said.strip().splitlines()[0]}): if another "
            f"user owns it, git config --global --add safe.directory {shlex.quote(str(root))}"
        ) from error
    return os.fsdecode(listed).split("\0")[:-1]


def set_params(path: Path, overrides: Mapping[str, Any]) -> None:
    """Change params in a file by dotted name; comments are kept. An unknown name is a KeyError."""
    with modify_yaml(path) as params:
        for name, value in overrides.items():
            *sections, key = name.split(".")
            section = params
            for part in sections:
                section = section.get(part, {})
            if key not in section:
                raise KeyError(f"{path.name} has no param {name}")
            section[key] = value


def leaves(params: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested params to dotted names."""
    found: dict[str, Any] = {}
    for key, value in params.items():
        found |= (
            leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        )
    return found


def count_stages(folder: Path) -> int:
    """Count the stages of the pipeline in a folder; refuse one that DVC cannot read."""
    try:
        with Repo(str(folder), config={"core": {"no_scm": True}}) as repo:
            return len(repo.index.stages)
    except DvcException as error:
        raise InputError(f"DVC cannot read {folder}: {error}") from error


def repro(folder: Path, targets: Sequence[str] = ()) -> None:
    """Run ``dvc repro`` in a folder, for all stages or for targets and what they depend on."""
    dvc(folder, "repro", *targets)


def dvc(
    folder: Path,
    *arguments: str,
    python: str = sys.executable,
    settings: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
    on_line: Callable[[str], object] | None = None,
) -> None:
    """Run a DVC command in a folder, with the folder of an interpreter first on PATH.

    Parameters
    ----------
    python : str
        The interpreter of an environment that has DVC.
    settings : mapping of str to str, optional
        The whole environment; by default that of this process.
    log : file, optional
        Receives the output of the command; by default it goes where this process writes.
    on_line : callable, optional
        Receives each line of the output instead, as it is written.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails.
    """
    own = environment() if settings is None else dict(settings)
    path = f"{Path(python).parent}{os.pathsep}{own.get('PATH', os.defpath)}"
    command = [python, "-m", "dvc", *arguments]
    output = subprocess.PIPE if on_line else log
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=own | {"PATH": path, "DVC_NO_ANALYTICS": "1"},
        stdout=output,
        stderr=output and subprocess.STDOUT,
        encoding="utf-8",
        errors="backslashreplace",
        start_new_session=True,  # so that an interrupted command can be ended with its children
    )
    try:
        if on_line:
            for line in process.stdout or ():
                on_line(line)
        status = process.wait()
    except BaseException:
        _end(process)
        raise
    if status:
        raise subprocess.CalledProcessError(status, command)


def _end(process: subprocess.Popen[Any]) -> None:
    """Interrupt a process and its children, and kill those that do not end in time."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def environment() -> dict[str, str]:
    """Return the environment without variables that point git elsewhere, as in a hook."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def failure(said: str) -> str:
    r"""Find in what DVC printed why it failed: a stage's own sentence stands before DVC's error.

    Examples
    --------
    >>> failure("Running stage 'recluster@2':\nrecluster: k is 0, ...\nERROR: failed to reproduce")
    'recluster: k is 0, ...'
    >>> failure("ERROR: failed to reproduce 'tsne': failed to run: python -m x, exited with -15")
    'the stage tsne was killed by signal 15'
    """
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [number for number, line in enumerate(lines) if line.startswith("ERROR: ")]
    if not errors:
        return (lines or ["it said nothing"])[-1]
    # A stage that was killed has said nothing of it, whatever it said before.
    if killed := _killed(lines[errors[0]]):
        return killed
    if errors[0] and re.match(r"\w+: ", lines[errors[0] - 1]):
        return lines[errors[0] - 1]
    error = lines[errors[0]].removeprefix("ERROR: ")
    meant = (said for pattern, said in _MEANINGS.items() if re.search(pattern, error))
    return next((f"{said} ({error})" for said in meant), error)


def _killed(error: str) -> str:
    """Say so if a stage ended by a signal; a shell that started it adds 128 to its number."""
    if not (stopped := _STOPPED.search(error)):
        return ""
    status = int(stopped[2])
    number = -status if status < 0 else status - 128
    if not 0 < number <= _MOST_SIGNALS:
        return ""
    why = ", as the system does when memory runs out" if number == signal.SIGKILL else ""
    return f"the stage {stopped[1]} was killed by signal {number}{why}"
