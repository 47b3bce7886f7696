"""Run a command and record its time and peak memory: ``record.py LOG COMMAND...``.

Stands in for ``python`` on the path of ``dvc repro``. It imports next to nothing, for the peak that
the kernel reports of a process begins with that of the process that started it.
"""

import json
import os
import sys
import time


def record(command: list[str], log: str) -> int:
    """Run a command, append one line of JSON to a log and return the exit code."""
    started = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    line = {
        "command": command[1:],
        "seconds": round(time.perf_counter() - started, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(record(sys.argv[2:], sys.argv[1]))
