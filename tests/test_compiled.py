"""Compiled code is found again by what it was compiled from, wherever that lies."""

import os
import subprocess
import sys

import pytest

from dev.graph import ROOT

MODULE = """from mnist_clustering.compiled import compiled

@compiled
def double(x):
    return {} * x
"""
CALL = """import doubled
print(doubled.double(4), sum(doubled.double.stats.cache_hits.values()))
"""


@pytest.fixture
def call(tmp_path):
    """Call the function in a folder of its own: what it returns, and whether its code was there."""

    def run(name, factor, cache="cache"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "doubled.py").write_text(MODULE.format(factor))
        paths = os.pathsep.join([str(folder), str(ROOT)])
        settings = {"PYTHONPATH": paths, "XDG_CACHE_HOME": str(tmp_path / cache)}
        # Python takes an edit within the same second, of the same length, for none.
        settings["PYTHONDONTWRITEBYTECODE"] = "1"
        done = subprocess.run(
            [sys.executable, "-c", CALL],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(word) for word in done.stdout.split()]

    return run


def test_a_copy_takes_the_code_of_the_original_and_an_edit_does_not(call):
    assert call("original", 2) == [8, 0]
    assert call("copy", 2) == [8, 1]
    assert call("copy", 3) == [12, 0]
    assert call("original", 2) == [8, 1]


def test_where_no_folder_can_be_made_it_is_compiled_each_time(call, tmp_path):
    (tmp_path / "a_file").touch()
    assert call("original", 2, cache="a_file") == [8, 0]
    assert call("copy", 2, cache="a_file") == [8, 0]
