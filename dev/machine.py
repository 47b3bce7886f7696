"""Facts about a machine that can affect the last digits of a result."""

import platform
import sys
from pathlib import Path

from threadpoolctl import threadpool_info

from stages.digests import installed

_CPU = Path("/proc/cpuinfo")
_FLAGS = ("avx", "avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl")
_NAMES = ("model name", "flags")


def promised() -> bool:
    """Return whether docs/reproducibility.md promises equal bytes on this machine."""
    return (
        sys.platform == "linux"
        and platform.machine() in ("x86_64", "AMD64")
        and platform.libc_ver()[0] == "glibc"
        and {"avx2", "fma"} <= flags()
    )


def processor() -> str:
    """Return the name of the processor."""
    return _cpu().get("model name") or platform.processor() or "unknown"


def flags() -> set[str]:
    """Return the instruction sets of the processor; none if the system does not list them."""
    return set(_cpu().get("flags", "").split())


def facts() -> dict[str, str]:
    """Collect the facts by name: processor, C library, BLAS kernels, versions."""
    import scipy.linalg  # noqa: F401  # scipy loads a BLAS of its own

    pools = sorted(
        f"{pool['internal_api']} {pool['version'] or '?'}"
        f" {pool.get('architecture', '')}, {pool['num_threads']} threads".replace(" ,", ",")
        for pool in threadpool_info()
    )
    return {
        "processor": processor(),
        "instructions": " ".join(name for name in _FLAGS if name in flags()) or "unknown",
        "architecture": platform.machine(),
        "system": platform.platform(),
        "C library": " ".join(platform.libc_ver()).strip() or "not glibc",
        "thread pools": "; ".join(dict.fromkeys(pools)),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {own}" for name, own in installed().items()),
    }


def _cpu() -> dict[str, str]:
    """Read what Linux reports about the first processor."""
    if not _CPU.is_file():
        return {}
    pairs = (line.partition(":") for line in _CPU.read_text(encoding="utf-8").splitlines())
    first: dict[str, str] = {}
    for name, _, value in pairs:
        if name.strip() in _NAMES:
            first.setdefault(name.strip(), value.strip())
    return first
