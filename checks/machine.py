"""What of a machine can matter for the last digits of a result."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path

import yaml
from threadpoolctl import threadpool_info

from checks.workspace import ROOT

_CPU = Path("/proc/cpuinfo")
_FLAGS = ("avx", "avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl")
_NAMES = ("model name", "flags")


def promised() -> bool:
    """Whether docs/reproducibility.md promises equal bytes for this machine."""
    return (
        sys.platform == "linux"
        and platform.machine() in ("x86_64", "AMD64")
        and platform.libc_ver()[0] == "glibc"
        and {"avx2", "fma"} <= flags()
    )


def flags() -> set[str]:
    """Instruction sets that the processor names; none where the system does not say."""
    return set(_cpu().get("flags", "").split())


def facts() -> dict[str, str]:
    """Gather the facts by name: processor, C library, BLAS kernels, versions."""
    import scipy.linalg  # noqa: F401  # scipy brings a BLAS of its own

    pinned = yaml.safe_load((ROOT / "stages" / "versions.yaml").read_text(encoding="utf-8"))
    pools = sorted(
        f"{pool['internal_api']} {pool['version'] or '?'}"
        f" {pool.get('architecture', '')}, {pool['num_threads']} threads".replace(" ,", ",")
        for pool in threadpool_info()
    )
    return {
        "processor": _cpu().get("model name") or platform.processor() or "unknown",
        "instructions": " ".join(name for name in _FLAGS if name in flags()) or "unknown",
        "architecture": platform.machine(),
        "system": platform.platform(),
        "C library": " ".join(platform.libc_ver()).strip() or "not glibc",
        "thread pools": "; ".join(dict.fromkeys(pools)),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in pinned),
    }


def _cpu() -> dict[str, str]:
    """Read what Linux says of the first processor."""
    if not _CPU.is_file():
        return {}
    pairs = (line.partition(":") for line in _CPU.read_text(encoding="utf-8").splitlines())
    found: dict[str, str] = {}
    for name, _, value in pairs:
        if name.strip() in _NAMES:
            found.setdefault(name.strip(), value.strip())
    return found
