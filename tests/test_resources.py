"""What a process inherits neither breaks a stage nor decides how it computes."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_clustering import resources

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("wanted", "available", "expected"),
    [
        ("3", 2, 3),
        ("8", 1, 8),
        ("0", 4, 4),
        ("", 4, 4),
        ("²", 4, 4),
        ("1000000", 2, 8),
        ("1" * 5000, 4, 4),
        ("", 192, resources.MOST_THREADS),
    ],
)
def test_threads_are_as_many_as_make_sense(wanted, available, expected):
    assert resources.count_threads(wanted, available) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 0.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "nonsense\n"}, None),
        ({}, None),
    ],
)
def test_quota_of_a_container_is_read(files, expected, tmp_path, monkeypatch):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert resources.quota(tmp_path) == expected
    monkeypatch.setattr(resources.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert resources.cores(tmp_path) == max(1, round(expected or 64))


def test_a_stage_starts_under_any_of_these():
    settings = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "²",
        "NUMBA_NUM_THREADS": "many",
    }
    script = "import stages.elbow, os; print(os.environ['MPLBACKEND'], stages.elbow.METRICS)"
    command, environment = [sys.executable, "-c", script], os.environ | settings
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("agg metrics/elbow_{}.json\n", "")


# How much of an array of 50 MB goes back to the system when it is freed, kept and given back.
GIVEN_BACK = """
import resource
import numpy as np
from mnist_clustering import resources

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

def freed(give=False):
    array = np.ones(50_000_000, dtype=np.uint8)
    full = resident()
    del array
    if give:
        resources.give_back_memory()
    return full - resident()

print(freed())
resources.keep_memory()
print(freed())
print(freed(give=True))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others manage by themselves")
def test_freed_memory_stays_with_a_stage_until_it_is_given_back():
    command = [sys.executable, "-c", GIVEN_BACK]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    at_once, kept, given = map(int, done.stdout.split())
    assert at_once > 49e6
    assert abs(kept) < 1e6
    assert given > 49e6
