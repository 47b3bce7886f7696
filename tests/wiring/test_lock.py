"""The committed dvc.lock is that of the committed code, params, metrics and plots."""

import hashlib
import json
from pathlib import Path

import pytest

from dev import graph
from stages import code
from tests.wiring.test_wiring import GIVEN

STAGES = graph.stages()


@pytest.fixture(scope="module")
def lock():
    return graph.load_yaml("dvc.lock")["stages"]


def digests(entries):
    return {entry["path"]: entry["md5"] for entry in entries}


def test_every_stage_is_locked_as_it_is_declared(lock):
    assert set(lock) == set(STAGES)
    params = graph.load_yaml(graph.PARAMS)
    for name, stage in STAGES.items():
        locked = lock[name]
        assert locked["cmd"] == stage.command
        assert set(digests(locked["deps"])) == stage.deps
        assert set(digests(locked["outs"])) == stage.outs
        values = {key: value_of(params, key) for key in stage.params}
        assert locked.get("params", {}).get(graph.PARAMS, {}) == values, name


def value_of(params, key):
    for part in key.split("."):
        params = params[part]
    return params


@pytest.mark.parametrize("name", STAGES)
def test_the_lock_has_the_digests_of_the_tree(lock, name):
    stage, locked = STAGES[name], lock[name]
    in_git = {path: digest(path) for path in stage.outs - stage.cached}
    assert {path: digests(locked["outs"])[path] for path in in_git} == in_git, "run `make renew`"
    kept = {path: digest(path) for path in stage.data & GIVEN}
    assert {path: digests(locked["deps"])[path] for path in kept} == kept, "run `make renew`"


def test_results_belong_to_the_code(lock, monkeypatch):
    monkeypatch.chdir(graph.ROOT)
    texts = {name: f"{json.dumps(own, indent=2)}\n" for name, own in code.described().items()}
    expected = {f"data/code/{name}.json": md5(text.encode()) for name, text in texts.items()}
    locked = {path: md5 for own in lock.values() for path, md5 in digests(own["deps"]).items()}
    found = {path: md5 for path, md5 in locked.items() if path.startswith("data/code/")}
    assert found == {path: expected[path] for path in found}, "run `make renew`"
    assert set(expected) - set(found) == {"data/code/code.json"}


def test_what_a_stage_reads_is_what_another_wrote(lock):
    made = {path: md5 for locked in lock.values() for path, md5 in digests(locked["outs"]).items()}
    for name, locked in lock.items():
        read = digests(locked["deps"])
        assert all(md5 == made.get(path, md5) for path, md5 in read.items()), name


def md5(data):
    return hashlib.md5(data).hexdigest()


def digest(path):
    """Digest of a file, or of a folder as DVC makes it of those of its files."""
    whole = graph.ROOT / path
    if whole.is_file():
        return md5(whole.read_bytes())
    files = [file for file in whole.rglob("*") if file.is_file() and "__pycache__" not in str(file)]
    entries = [
        {"md5": md5(file.read_bytes()), "relpath": Path(file.relative_to(whole)).as_posix()}
        for file in files
    ]
    entries.sort(key=lambda entry: entry["relpath"])
    return f"{md5(json.dumps(entries, sort_keys=True).encode())}.dir"
