"""Seconds and memory of each stage as it last ran here, which `make report` shows.

They differ from run to run, so that they are kept beside DVC's own notes, and in no output.
"""

import contextlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from mnist_clustering import files
from mnist_clustering.errors import InputError

_KEPT = Path(".dvc/tmp/costs.json")
_BEGAN = time.perf_counter()


def note(command: str) -> None:
    """Note what this process took, children included; nothing outside a clone."""
    if not _KEPT.parent.is_dir():
        return
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own = {
        "seconds": round(time.perf_counter() - _BEGAN, 1),
        "cpu_seconds": round(sum(each.ru_utime + each.ru_stime for each in used), 1),
        # macOS counts bytes, others KiB.
        "mb": max(each.ru_maxrss for each in used)
        // (2**20 if sys.platform == "darwin" else 2**10),
        "ended": time.strftime("%Y-%m-%d %H:%M"),
    }
    with contextlib.suppress(OSError, InputError):  # A full disk stops no stage for this.
        files.save_json(_KEPT, known() | {command: own})


def known(root: Path = Path()) -> dict[str, dict[str, Any]]:
    """Read what is known, by the command of a stage."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((root / _KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
