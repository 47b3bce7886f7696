"""What make verify says of a difference, and how it ends."""

import json

import numpy as np
import pytest
from PIL import Image

from dev import differences, machine, verify
from stages.workspace import dvc
from tests.dev import test_workspace

workspace = test_workspace.workspace
OUT = "data/double.txt"


@pytest.fixture
def locked(workspace):
    dvc(workspace, "repro")
    return workspace


def test_equal_bytes_end_well_and_leave_the_workspace_alone(locked, capsys, tmp_path):
    before = test_workspace.contents(locked)
    assert verify.verify(locked, tmp_path / "kept") == 0
    assert "all 1 files of 1 stages have the bytes of dvc.lock" in capsys.readouterr().out
    assert (tmp_path / "kept" / OUT).is_file()
    assert test_workspace.contents(locked) == before


@pytest.mark.parametrize("promised", [True, False])
def test_a_difference_is_named_and_fails(locked, capsys, monkeypatch, promised):
    monkeypatch.setattr(machine, "promised", lambda: promised)
    lock = locked / "dvc.lock"
    md5 = differences.digest(locked / OUT)
    lock.write_text(lock.read_text().replace(md5, "a" * 32))
    # It has no scores that could agree.
    assert verify.verify(locked) == 1
    said = capsys.readouterr().out
    assert "first difference: data/double.txt of stage double" in said
    assert "the reference is missing" in said
    assert "C library: " in said


@pytest.mark.parametrize(
    ("apart", "promised", "code"),
    [(0.0, True, 1), (0.001, False, 0), (0.1, False, 1), (None, False, 1)],
)
def test_only_where_nothing_is_promised_scores_are_enough(apart, promised, code):
    assert verify.verdict(apart, promised=promised) == code


def test_how_far_two_files_are_apart(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    a = np.arange(6.0).reshape(2, 3)
    b = a + np.array([[0, 0, 0.5], [0, 0.25, 0]])
    for path, array in ((ours, a), (theirs, b)):
        with path.open("wb") as file:
            np.save(file, array)
    assert differences.describe(ours, theirs, ".npy") == ["2 of 6 elements differ, by 0.5 at most"]
    for path, value in ((ours, 1.0), (theirs, 1.25)):
        path.write_text(json.dumps({"map": {"train": value}, "k": [1, "ten"]}))
    assert differences.describe(ours, theirs, ".json") == [
        "map.train: 1 of 1 elements differ, by 0.25 at most"
    ]
    for path, value in ((ours, 1), (theirs, 3)):
        path.write_text(f"k,inertia\n2,{value}\n3,none\n")
    assert differences.describe(ours, theirs, ".csv") == ["inertia: 1 of 2 elements differ"]
    for path, level in ((ours, 0), (theirs, 9)):
        Image.fromarray(np.full((2, 2), level, dtype=np.uint8)).save(path, format="PNG")
    assert differences.describe(ours, theirs, ".png") == [
        "pixels: 4 of 4 elements differ, by 9 at most"
    ]
