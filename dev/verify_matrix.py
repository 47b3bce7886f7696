"""Run the whole pipeline on a small dataset under many machine settings, and compare digests.

`REFERENCE` has the digests of such a run, which every setting must reproduce.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev import machine
from dev.verify import Digests, committed, digests, forget, in_order
from dev.workspace import command_line, temporary_copy
from stages.workspace import ROOT, dvc

OVERRIDES: dict[str, Any] = {"download.dataset": "digits"}
REFERENCE = "dev/digits.json"
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
_NPY = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
_GLIBC = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL"}


@dataclass(frozen=True)
class Setting:
    """One way to run the pipeline: variables to set, the interpreter, the name of the folder.

    A warm one runs a second time, from the cache alone.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    folder: str = "mnist-clustering"
    warm: bool = False

    def variables(self) -> dict[str, str]:
        """Return this process's environment, with only the setting's own variables set."""
        kept = {name: value for name, value in os.environ.items() if not _KNOBS.fullmatch(name)}
        return kept | dict(self.environment)


def settings(home: str) -> Iterator[Setting]:
    """List the settings that this machine supports; ``home`` is an empty folder."""
    yield Setting("as it comes")
    for n in ("1", "2"):
        yield Setting(f"threads: {n}", {"OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n})
    for kernel, needed in _KERNELS.items():
        if needed <= machine.flags():
            yield Setting(f"BLAS kernel {kernel}", {"OPENBLAS_CORETYPE": kernel})
    yield Setting("NPY without AVX-512", _NPY)
    yield Setting("GLIBC without AVX-512", _GLIBC)
    oldest = {"OPENBLAS_CORETYPE": "Sandybridge", "OMP_NUM_THREADS": "1"}
    yield Setting("no AVX-512, Sandybridge, 1 thread", _NPY | _GLIBC | oldest)
    yield Setting("folder with a space", folder="another folder")
    # This also removes the fonts and caches in the home folder.
    user = {"HOME": home, "USER": "somebody", "LOGNAME": "somebody"}
    yield Setting("another home and user", user)
    yield Setting("Turkish locale", {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"})
    yield Setting("locale C", {"LANG": "C", "LC_ALL": "C"})
    yield Setting("time zone of Tokyo", {"TZ": "Asia/Tokyo"})
    yield Setting("hash seed 7", {"PYTHONHASHSEED": "7"})
    yield Setting("warm cache", warm=True)


def main() -> int:
    """Run the settings and print a table; return 0 if all digests are those of the reference."""
    parser = argparse.ArgumentParser(prog="verify_matrix", description=__doc__)
    add = parser.add_argument
    add("--python", action="append", default=[], metavar="PATH",
        help="another interpreter; can be given again")  # fmt: skip
    add("--jobs", type=int, default=2, help="settings at a time (default 2)")
    add("--only", default="", metavar="WORDS", help="settings whose names have them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-home-") as home:
        chosen = [setting for setting in settings(home) if options.only in setting.name]
        chosen += interpreters(options.python, options.only)
        if not chosen:
            parser.error(f"no setting is named {options.only}")
        return run(chosen, options.jobs)


def run(chosen: Sequence[Setting], jobs: int) -> int:
    """Run settings, ``jobs`` at a time, and print a row for each."""
    expected = committed(ROOT / REFERENCE)
    width = max(len(setting.name) for setting in chosen)
    print(f"{'setting':{width}}  {'BLAS kernel':12}  {'seconds':>7}  digests", flush=True)
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda setting: attempt(setting, expected), chosen)
        for setting, (kernel, seconds, difference) in zip(chosen, results, strict=True):
            failed += bool(difference)
            said = difference or "equal"
            print(f"{setting.name:{width}}  {kernel:12}  {seconds:7.0f}  {said}", flush=True)
    print(f"verify-matrix: {len(chosen) - failed} of {len(chosen)} settings give the "
          f"{len(expected)} digests of {REFERENCE}")  # fmt: skip
    for name, value in machine.facts().items() if failed else ():
        print(f"  {name}: {value}")
    return int(failed > 0)


def attempt(setting: Setting, expected: Digests) -> tuple[str, float, str]:
    """Run the pipeline under a setting: its BLAS kernel, seconds, and the first difference."""
    started, variables = time.monotonic(), setting.variables()
    kernel = subprocess.run(
        [setting.python, "-c", _KERNEL], env=variables, capture_output=True, text=True, check=False
    ).stdout.strip()
    try:
        with temporary_copy(OVERRIDES, empty_cache=True, name=setting.folder) as folder:
            _reproduce(setting, folder)
            different = in_order(folder, expected, digests(folder))
            said = f"{len(different)} differ, first {different[0][1]}" if different else ""
    except (subprocess.CalledProcessError, AssertionError) as error:
        said = f"failed: {error}"
    return kernel, time.monotonic() - started, said


def _reproduce(setting: Setting, folder: Path) -> None:
    """Run every stage; for a warm setting, again from the cache alone."""
    for again in range(1 + setting.warm):
        forget(folder)
        with tempfile.TemporaryFile() as log:
            try:
                dvc(folder, "repro", python=setting.python, settings=setting.variables(), log=log)
            except subprocess.CalledProcessError:
                log.seek(0)
                sys.stderr.buffer.write(log.read())
                raise
            log.seek(0)
            ran = log.read().count(b"Running stage '")
        stages = len({stage for stage, _ in digests(folder)})
        # The stage code is one more, of which no digest counts.
        assert ran >= stages or again, f"{ran} of {stages} stages ran"
        assert ran <= 1 or not again, f"{ran} stages ran again"


def interpreters(named: Sequence[str], only: str) -> Iterator[Setting]:
    """List the given interpreters, or else those of other supported versions on PATH.

    Only those whose setting's name contains ``only``: preparing the others would take minutes.
    """
    others = [f"python3.{n}" for n in SUPPORTED if n != sys.version_info.minor]
    for python in named or filter(None, map(shutil.which, others)):
        probe = [python, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]
        try:
            done = subprocess.run(probe, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"verify-matrix: {python} is left out: {error}")  # Such as a broken shim.
            continue
        version = done.stdout.strip()
        if only in (name := f"CPython {version}"):
            yield Setting(name, python=prepared(python, version))


def prepared(python: str, version: str) -> str:
    """Return an interpreter with the packages of requirements.lock: this one or a new venv's."""
    probe = [python, "-c", "import dvc, openTSNE, matplotlib"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return python
    folder = ROOT / f".venv-{version.rpartition('.')[0]}"
    if not (folder / ".installed").exists():
        command = [str(ROOT / "dev/venv.sh"), folder.name, "pipeline", "dev"]
        subprocess.run(command, env=os.environ | {"PYTHON": python}, check=True)
    return str(folder / "bin/python")


if __name__ == "__main__":
    command_line(main, "verify-matrix")
