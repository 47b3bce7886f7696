"""Cores, threads and memory of the process, and settings that it inherits.

None of these may break a computation or decide how it comes out.
"""

import ctypes
import math
import os
import sys
from collections.abc import Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

THREADS = "OMP_NUM_THREADS"
# Each thread of t-SNE and of the neighbours holds arrays of its own; 2 GiB are promised.
MOST_THREADS = 16
_CGROUP = Path("/sys/fs/cgroup")
# Of glibc's mallopt: M_TRIM_THRESHOLD, M_TOP_PAD (bytes) and M_MMAP_MAX (a number).
_KEPT = {-1: 2**31 - 1, -2: 2**26, -4: 0}
# These would set another number of threads for one of the libraries.
_OTHER_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "OMP_THREAD_LIMIT",
)


def sanitise(environ: MutableMapping[str, str] = os.environ) -> None:
    """Replace what would break a stage: matplotlib's backend, and the number of threads."""
    # Jupyter and Colab name a backend that exists in their own process only.
    environ["MPLBACKEND"] = "agg"
    environ[THREADS] = str(count_threads(environ.get(THREADS, ""), cores()))
    for name in _OTHER_THREADS:
        environ.pop(name, None)


def replace_closed_streams() -> None:
    """Let standard output and error that are closed, as by ``>&-``, lead nowhere.

    Python has None in their place, and the next file that is opened would get their number.
    """
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest free number is this one.
        if getattr(sys, name) is None and number:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def keep_memory() -> None:
    """Keep freed memory for the next array, where the C library is glibc.

    It gives large arrays back to the system as soon as they are freed; getting the pages of the
    next one took up to a quarter of a stage's time.
    """
    if sys.platform != "linux":
        return
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        for setting, value in _KEPT.items():
            mallopt(setting, value)


def give_back_memory() -> None:
    """Give freed memory back to the system, where the C library is glibc.

    It keeps what threads have freed, which one step of a fit would add to that of the next.
    """
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def threads() -> int:
    """Return the number of threads to use, which never changes a result."""
    return count_threads(os.environ.get(THREADS, ""), cores())


def run_in_threads(work: Callable[[int], Any], starts: Iterable[int], n_jobs: int) -> list[Any]:
    """Call ``work`` with each start on threads, with one thread of BLAS each (if not alone)."""
    if n_jobs == 1:
        return [work(start) for start in starts]
    # Not before `sanitise` has set what BLAS reads when it is loaded.
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(n_jobs) as pool:
        return list(pool.map(work, starts))


def count_threads(wanted: str, available: int) -> int:
    """Count the threads to use: what is wanted, at most twice the cores available; else one a core.

    Anything but a whole number above 0 counts as not wanted. Never more than `MOST_THREADS`.
    """
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
    return min(number or available, max(8, 2 * available) if number else available, MOST_THREADS)


def cores(cgroup: Path = _CGROUP) -> int:
    """Count the cores that this process may use: its affinity, and a container's quota."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    allowed = quota(cgroup)
    return max(1, min(count or 1, math.ceil(allowed) if allowed else count or 1))


def quota(cgroup: Path = _CGROUP) -> float | None:
    """Read how many cores' time a container may use; None without a limit, or without cgroups."""
    try:
        allowed, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
        return int(allowed) / int(period) if allowed != "max" else None
    except (OSError, ValueError):
        return None
