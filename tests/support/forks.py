"""Run stages in forks of one warm interpreter.

Starting Python and importing scikit-learn takes longer than a stage on small data. `Forks` starts
this file as a process that has imported the libraries, but nothing of this project; for each run
it forks a child, which goes into a folder and runs the code that lies there.
"""

import contextlib
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

LIBRARIES = (
    "jsonschema",
    "kneed",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "numpy",
    "openTSNE",
    "PIL.Image",
    "scipy.optimize",
    "sklearn.datasets",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "tqdm",
    "yaml",
)
SECONDS = 60
STRANGE = 99


class Forks:
    """The warm process, seen from the tests."""

    def __enter__(self) -> Self:
        # One thread each: OpenMP's do not survive a fork.
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=tempfile.gettempdir(),
            env=environment,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, folder: Path, script: str, arguments: Sequence[str] = ()) -> tuple[int, str]:
        """Run ``python -m stages.SCRIPT`` in a folder; return its exit code and what it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile() as said:
            request = [str(folder), script, list(arguments), said.name]
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return code, Path(said.name).read_text(encoding="utf-8", errors="replace")


def serve() -> None:
    """Run what each line of stdin asks for in a fork, and answer with its exit code."""
    for library in LIBRARIES:
        importlib.import_module(library)
    assert not any(map(_is_ours, sys.modules))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _child(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _child(folder: str, script: str, arguments: list[str], said: str) -> None:
    signal.alarm(SECONDS)
    os.chdir(folder)
    sys.path[0] = folder
    sys.argv = [script, *arguments]
    target = os.open(said, os.O_WRONLY)
    os.dup2(target, 1)
    os.dup2(target, 2)
    code: Any = 0
    try:
        runpy.run_module(f"stages.{script}", run_name="__main__", alter_sys=True)
    except SystemExit as error:
        code = error.code
    except BaseException:
        code = traceback.format_exc()
    foreign = [name for name, module in sys.modules.items() if _is_foreign(name, module, folder)]
    if foreign:
        print("code from elsewhere:", *foreign, file=sys.stderr)
        code = STRANGE
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code or 0)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "stages"


def _is_foreign(name: str, module: Any, folder: str) -> bool:
    """Whether a module of this project was not read from the folder."""
    file = getattr(module, "__file__", None)
    return _is_ours(name) and file is not None and not Path(file).is_relative_to(folder)


if __name__ == "__main__":
    serve()
