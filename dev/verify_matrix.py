"""Run the whole pipeline on a small dataset under many machine settings, and compare digests.

``dev/digits.json`` has the digests of such a run, which every setting must reproduce.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev import machine, reference
from dev.verify import Digests, digests, forget, in_order
from dev.workspace import command_line, temporary_copy
from stages.workspace import ROOT, dvc

OVERRIDES: dict[str, Any] = {"download.dataset": "digits"}
# Variables that a setting may set. All others of these are unset, even if the user has set them.
_KNOBS = re.compile(
    r"(OMP|OPENBLAS|MKL|NUMEXPR|GOTO|NPY)_.*|GLIBC_TUNABLES|PYTHONHASHSEED|TZ|LANG|LANGUAGE|LC_.*"
    r"|GIT_.*|VIRTUAL_ENV|PYTHONPATH|PYTHONHOME"
)
# Minor versions of Python 3.
SUPPORTED = (11, 12, 13, 14)
_KERNEL = (
    "import numpy, threadpoolctl as t;"
    "print(*{p['architecture'] for p in t.threadpool_info() if p['user_api'] == 'blas'})"
)
# OpenBLAS kernels and the instruction sets that they need.
_KERNELS: dict[str, set[str]] = {
    "Haswell": {"avx2", "fma"},
    "Sandybridge": {"avx"},
    "Prescott": set(),
    "SkylakeX": {"avx512f", "avx512vl"},
    "Zen": {"avx2", "fma"},
}


@dataclass(frozen=True)
class Setting:
    """One way to run the pipeline.

    Attributes
    ----------
    name : str
    environment : mapping of str to str
        Variables to set.
    python : str
        The interpreter.
    folder : str
        Name of the folder of the run.
    warm : bool
        Whether to run a second time, from the cache alone.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    folder: str = "mnist-clustering"
    warm: bool = False


@dataclass(frozen=True)
class Result:
    """The result of one setting: its BLAS kernel, the first difference ("" for none), seconds."""

    kernel: str
    difference: str
    seconds: float


def settings(home: Path) -> Iterator[Setting]:
    """List the settings that this machine supports; ``home`` is an empty folder."""
    yield Setting("as it comes")
    for n in ("1", "2"):
        threads = {"OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n}
        yield Setting(f"{n} thread{'s' * (n > '1')}", threads)
    for kernel, needed in _KERNELS.items():
        if needed <= machine.flags():
            yield Setting(f"BLAS kernel {kernel}", {"OPENBLAS_CORETYPE": kernel})
    plain = {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL",
    }
    for name, value in plain.items():
        yield Setting(f"{name.partition('_')[0]} without AVX-512", {name: value})
    yield Setting(
        "no AVX-512, Sandybridge, 1 thread",
        plain | {"OPENBLAS_CORETYPE": "Sandybridge", "OMP_NUM_THREADS": "1"},
    )
    yield Setting("folder with a space", folder="another folder")
    # This also removes the fonts and caches in the home folder.
    user = {"HOME": str(home), "USER": "somebody", "LOGNAME": "somebody"}
    yield Setting("another home and user", user)
    yield Setting("Turkish locale", {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"})
    yield Setting("locale C", {"LANG": "C", "LC_ALL": "C"})
    yield Setting("time zone of Tokyo", {"TZ": "Asia/Tokyo"})
    yield Setting("hash seed 7", {"PYTHONHASHSEED": "7"})
    yield Setting("warm cache", warm=True)


def main() -> int:
    """Run the settings and print a table; return 0 if all digests are those of the reference."""
    parser = argparse.ArgumentParser(prog="verify_matrix", description=__doc__)
    parser.add_argument("--python", action="append", default=[], metavar="PATH",
                        help="another interpreter; can be given again")  # fmt: skip
    parser.add_argument("--jobs", type=int, default=2, help="settings at a time (default 2)")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="settings whose names have them"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-home-") as home:
        chosen = [setting for setting in settings(Path(home)) if options.only in setting.name]
        chosen += interpreters(options.python, options.only)
        if not chosen:
            parser.error(f"no setting is named {options.only}")
        return run(chosen, options.jobs)


def run(chosen: Sequence[Setting], jobs: int) -> int:
    """Run settings, ``jobs`` at a time, and print a row for each."""
    expected = reference.load(reference.DIGITS)
    width = max(len(setting.name) for setting in chosen)
    print(f"{'setting':{width}}  {'BLAS kernel':12}  {'seconds':>7}  digests", flush=True)
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda setting: attempt(setting, expected), chosen)
        for setting, result in zip(chosen, results, strict=True):
            failed += bool(result.difference)
            said = result.difference or "equal"
            row = f"{setting.name:{width}}  {result.kernel:12}  {result.seconds:7.0f}  {said}"
            print(row, flush=True)
    print(f"verify-matrix: {len(chosen) - failed} of {len(chosen)} settings give the "
          f"{len(expected)} digests of {reference.DIGITS.relative_to(ROOT)}")  # fmt: skip
    if not failed:
        return 0
    for name, value in machine.facts().items():
        print(f"  {name}: {value}")
    return 1


def attempt(setting: Setting, expected: Digests) -> Result:
    """Run the pipeline under a setting and name the first difference."""
    started = time.monotonic()
    kernel = subprocess.run(
        [setting.python, "-c", _KERNEL],
        env=environment(setting), capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    try:
        with finished(setting) as folder:
            found = digests(folder)
            different = in_order(folder, expected, found)
            said = f"{len(different)} differ, first {different[0][1]}" if different else ""
    except (subprocess.CalledProcessError, AssertionError) as error:
        said = f"failed: {error}"
    return Result(kernel, said, time.monotonic() - started)


@contextmanager
def finished(setting: Setting) -> Iterator[Path]:
    """Run every stage in a temporary copy; for a warm setting, again from the cache alone."""
    with (
        temporary_copy(OVERRIDES, empty_cache=True, name=setting.folder) as folder,
        tempfile.TemporaryFile() as log,
    ):
        for _ in range(1 + setting.warm):
            forget(folder)
            start = log.seek(0, os.SEEK_END)
            try:
                dvc(folder, "repro", python=setting.python, settings=environment(setting), log=log)
            except subprocess.CalledProcessError:
                log.seek(start)
                sys.stderr.buffer.write(log.read())
                raise
            log.seek(start)
            computed = log.read().count(b"Running stage '")
        stages = len({stage for stage, _ in digests(folder)})
        assert computed == (0 if setting.warm else stages), f"{computed} of {stages} stages ran"
        yield folder


def environment(setting: Setting) -> dict[str, str]:
    """Return the environment of a setting: this process's, with only its own variables set."""
    kept = {name: value for name, value in os.environ.items() if not _KNOBS.fullmatch(name)}
    return kept | dict(setting.environment)


def interpreters(named: Sequence[str], only: str) -> Iterator[Setting]:
    """List the given interpreters, or else those of other supported versions on PATH.

    Only those whose setting's name contains ``only``: preparing the others would take minutes.
    """
    own = f"3.{sys.version_info.minor}"
    found = [f"python3.{n}" for n in SUPPORTED if f"3.{n}" != own]
    for python in named or filter(None, map(shutil.which, found)):
        probe = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
        command = [python, "-c", probe]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"verify-matrix: {python} is left out: {error}")  # Such as a broken shim.
            continue
        version = done.stdout.strip()
        name = f"CPython {version}"
        if only in name:
            yield Setting(name, python=prepared(python, version))


def prepared(python: str, version: str) -> str:
    """Return an interpreter with the packages of requirements.lock: this one or a new venv's."""
    probe = [python, "-c", "import dvc, openTSNE, matplotlib"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return python
    folder = ROOT / f".venv-{version.rpartition('.')[0]}"
    if not (folder / ".installed").exists():
        variables = os.environ | {"PYTHON": python}
        subprocess.run(
            [str(ROOT / "dev" / "venv.sh"), folder.name, "requirements.lock"],
            env=variables,
            check=True,
        )
    return str(folder / "bin" / "python")


if __name__ == "__main__":
    command_line(main, "verify-matrix")
