"""Run DVC and the stages in forks of one warm interpreter.

Starting Python and importing scikit-learn takes longer than a stage on small data. `Forks` starts
this file as a process that has imported the libraries, but nothing of this project. A stand-in for
``python`` connects to its socket and hands over its command, folder, environment and open files; a
fork runs the code that lies in that folder, and answers with its exit code.

`Forks.environment` puts the stand-in first on PATH, so that the commands of dvc.yaml run in forks
too.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

LIBRARIES = (
    *("coverage", "jsonschema", "kneed", "numpy", "openTSNE", "PIL.Image", "tqdm", "yaml"),
    *("dvc.cachemgr", "dvc.cli.parser", "dvc.data_cloud", "dvc.render", "dvc.repo.index"),
    *("dvc.repo.experiments.queue.celery", "dvc.repo.metrics.diff", "dvc.repo.plots"),
    *("dvc.repo.reproduce", "dvc.repo.status", "dvc.utils.hydra", "dvc_data.hashfile.transfer"),
    *("dulwich.porcelain", "hydra", "networkx", "numba.extending", "pygit2", "ruamel.yaml"),
    *("matplotlib.backends.backend_agg", "matplotlib.figure", "scipy.optimize"),
    *("sklearn.datasets", "sklearn.metrics", "sklearn.model_selection", "sklearn.neighbors"),
)
SOCKET = "MNIST_CLUSTERING_FORKS"
# Names a file for what a command opened, and for the params that it read.
TRACE = "MNIST_CLUSTERING_TRACE"
# After these a fork ends itself; a crowded machine takes minutes for a whole run.
SECONDS = 900
STRANGE = 99
STAND_IN = """\
import json, os, socket, sys
if sys.argv[1] != "-m":
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as server:
    server.connect(os.environ["{name}"])
    request = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)])
    socket.send_fds(server, [len(request).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(request.encode())
    sys.exit(int(server.recv(16) or 1))
"""


class Forks:
    """The warm process, seen from the tests."""

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="forks-"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._folder / "socket"))
        self._listener.listen(16)
        self.path = self._folder / "bin"
        self.path.mkdir()
        code = self._folder / "python.py"
        code.write_text(STAND_IN.format(name=SOCKET))
        # The path of the interpreter may hold spaces, which a first line cannot.
        words = shlex.join([sys.executable, "-IS", str(code)])
        (self.path / "python").write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (self.path / "python").chmod(0o755)
        # One thread each: OpenMP's do not survive a fork. Coverage begins in the forks.
        unset = ("COVERAGE", "PYTHONDONTWRITEBYTECODE")
        environment = {name: v for name, v in os.environ.items() if not name.startswith(unset)}
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._listener.fileno())],
            # It ends when this closes, by whatever end this process comes to.
            stdin=subprocess.PIPE,
            cwd=self._folder,
            env=environment | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[self._listener.fileno()],
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """Settings under which ``python`` is the stand-in."""
        path = f"{self.path}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return {SOCKET: str(self._folder / "socket"), "OMP_NUM_THREADS": "1", "PATH": path}

    def run(
        self, folder: Path, words: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``python -m WORDS`` in a folder."""
        # PATH stays as it is given: it decides what a command runs in turn.
        own = {name: v for name, v in self.environment().items() if name != "PATH"}
        return subprocess.run(
            [self.path / "python", "-m", *words],
            cwd=folder,
            env={**(environment or os.environ), **own},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )


def serve(listener: socket.socket) -> None:
    """Run what each connection asks for in a fork of its own, until standard input closes."""
    for library in LIBRARIES:
        importlib.import_module(library)
    assert not any(map(_is_ours, sys.modules))
    gc.collect()
    gc.freeze()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _child(connection)
        connection.close()


def _child(connection: socket.socket) -> None:
    head, files, _, _ = socket.recv_fds(connection, 8, 3)
    request = bytearray()
    while len(request) < int.from_bytes(head, "big"):
        request += connection.recv(1 << 20)
    words, folder, environment = json.loads(request)
    signal.alarm(SECONDS)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    code = _run(words, folder)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(str(code).encode())
    os._exit(0)


def _run(words: list[str], folder: str) -> int:
    module, *sys.argv[1:] = words
    measured = _coverage()
    opened = set[str]()
    if TRACE in os.environ:
        events = ("open", "os.listdir", "os.scandir")

        def note(event: str, args: tuple[Any, ...]) -> None:
            if event in events:
                opened.add(str(args[0]))

        sys.addaudithook(note)
    code: Any = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as error:
        code = error.code
    except BaseException:
        code = traceback.format_exc()
    if measured:
        measured.stop()
        measured.save()
    if TRACE in os.environ:
        read = sys.modules["stages.common"]._read
        trace = {"opened": sorted(opened), "params": [".".join(key) for key in read]}
        Path(os.environ[TRACE]).write_text(json.dumps(trace))
    foreign = [name for name, module in sys.modules.items() if _is_foreign(name, module, folder)]
    if foreign:
        print("code from elsewhere:", *foreign, file=sys.stderr)
        return STRANGE
    if isinstance(code, str):
        print(code, file=sys.stderr)
        return 1
    return code or 0


def _coverage() -> Any:
    """Measure coverage if the tests are measured."""
    if not any(name.startswith("COVERAGE_PROCESS") for name in os.environ):
        return None
    import coverage

    return coverage.process_startup()


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in ("stages", "mnist_clustering")


def _is_foreign(name: str, module: Any, folder: str) -> bool:
    """Whether a module of this project was not read from the folder."""
    file = getattr(module, "__file__", None)
    return _is_ours(name) and file is not None and not Path(file).is_relative_to(folder)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
