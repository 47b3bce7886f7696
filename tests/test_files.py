"""Outputs are whole or not there, and the same bytes each time."""

import errno
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_clustering import files
from mnist_clustering.errors import InputError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_half(path, error):
    with files.output(path) as temporary:
        temporary.write_text("half a fi")
        raise error


def test_an_output_is_whole_or_not_there(folder):
    files.save_json("deep/down/a.json", {"a": 1})
    full = OSError(errno.ENOSPC, "No space left on device")
    for error in (full, ValueError("a fault"), KeyboardInterrupt()):
        with pytest.raises(InputError if error is full else type(error)):
            write_half("deep/down/a.json", error)
        assert json.loads(Path("deep/down/a.json").read_text()) == {"a": 1}
        assert [path.name for path in Path("deep/down").iterdir()] == ["a.json"]


def rows_until_the_disk_is_full():
    yield 1, 2
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", lambda path: files.save_table(path, "xy", rows_until_the_disk_is_full())),
        ("a.npz", lambda path: files.save_arrays(path, x=np.arange(3), y=np.eye(2))),
        ("a.json", lambda path: files.save_json(path, {"a": float("nan")})),
    ],
)
def test_a_writer_that_fails_half_way_leaves_the_file_before(folder, monkeypatch, name, write):
    real = np.save

    def save(file, array, **options):
        if array.ndim == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, array, **options)

    monkeypatch.setattr(np, "save", save)
    (folder / "out").mkdir()
    (folder / "out" / name).write_text("before")
    with pytest.raises((InputError, ValueError), match=r"no space left|not JSON compliant"):
        write(f"out/{name}")
    assert [path.name for path in (folder / "out").iterdir()] == [name]
    assert (folder / "out" / name).read_text() == "before"


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_file_linked_from_the_cache_is_replaced_not_written_to(folder, link):
    # What DVC checks out may be a link into its cache.
    cached = folder / "cached"
    cached.write_text("cached")
    link(cached, folder / "x.json")
    files.save_json("x.json", [1])
    assert cached.read_text() == "cached"
    assert not Path("x.json").is_symlink()
    assert Path("x.json").read_bytes() == b"[\n  1\n]\n"


def test_archives_hold_nothing_of_the_clock(folder, monkeypatch):
    files.save_arrays("a.npz", x=np.arange(5), y=np.eye(2))
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    files.save_arrays("b.npz", x=np.arange(5), y=np.eye(2))
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()
    with np.load("a.npz", allow_pickle=False) as arrays:
        assert arrays["y"].tolist() == [[1, 0], [0, 1]]


def test_arrays_and_tables_are_read_back(folder):
    files.save_array("x.npy", np.arange(6).reshape(2, 3).T)
    assert np.load("x.npy").tolist() == [[0, 3], [1, 4], [2, 5]]
    files.save_table("x.csv", ("a", "b"), [(1, "ä, b"), (2, None)])
    assert Path("x.csv").read_bytes() == 'a,b\n1,"ä, b"\n2,\n'.encode()
    with pytest.raises(ValueError, match="Object arrays"):
        files.save_array("y.npy", np.array([{}]))
    assert not Path("y.npy").exists()


def test_numpy_names_no_full_disk_but_we_do(folder, monkeypatch):
    # numpy says "37632 requested and 0 written", and nothing of the disk.
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage._replace(free=0))
    with pytest.raises(InputError, match=r"no space left on the disk for a\.npy"):
        write_half("a.npy", OSError("37632 requested and 0 written"))
