"""The committed dvc.lock is that of the committed code, params, metrics and plots."""

import hashlib
import json

import pytest

from dev import provenance, renew
from tests.support import graph

STAGES = graph.stages()
# Folders whose files are in git and are no outputs.
KEPT = ("stages/", "studies/")


@pytest.fixture(scope="module")
def lock():
    return graph.load_yaml("dvc.lock")["stages"]


def digest(path):
    return hashlib.md5((graph.ROOT / path).read_bytes()).hexdigest()


def digests(entries):
    return {entry["path"]: entry["md5"] for entry in entries}


def test_every_stage_is_locked(lock):
    assert set(lock) == set(STAGES)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_locked_as_it_is_declared(lock, name):
    stage, locked = STAGES[name], lock[name]
    assert locked["cmd"] == stage.command
    assert set(digests(locked["deps"])) == stage.deps
    assert set(digests(locked["outs"])) == stage.outs
    assert locked.get("params", {}) == values_of(stage)


def values_of(stage):
    """Return the params of a stage and the versions of its libraries, as the lock has them."""
    return {
        path: {key: value_of(graph.load_yaml(path), key) for key in keys}
        for path, keys in ((graph.PARAMS, stage.params), (graph.VERSIONS, sorted(stage.libraries)))
        if keys
    }


def value_of(params, key):
    for part in key.split("."):
        params = params[part]
    return params


@pytest.mark.parametrize("name", STAGES)
def test_the_lock_has_the_digests_of_the_tree(lock, name):
    stage, locked = STAGES[name], lock[name]
    files = {path for path in stage.deps if (graph.ROOT / path).is_file()}
    sources = {path: digest(path) for path in files if path.startswith(KEPT)}
    in_git = {path: digest(path) for path in stage.outs - stage.cached}
    folders = {path for path in stage.data - files if path.startswith("stages/")}
    sources |= {path: of_folder(path, written(path)) for path in folders}
    assert {path: digests(locked["deps"])[path] for path in sources} == sources
    assert {path: digests(locked["outs"])[path] for path in in_git} == in_git


@pytest.mark.parametrize("name", renew.REFERENCES)
def test_the_digests_of_the_small_runs_are_of_this_code_and_these_params(name):
    assert provenance.stale(graph.ROOT / name) == [], "run `make renew`"


@pytest.mark.parametrize("name", STAGES)
def test_what_a_stage_reads_is_what_another_wrote(lock, name):
    made = {path: md5 for locked in lock.values() for path, md5 in digests(locked["outs"]).items()}
    # labels.csv is the user's.
    given = (*KEPT, graph.PARAMS, "labels.csv")
    read = {dep for dep in STAGES[name].deps if not dep.startswith(given)}
    expected = {dep: made[dep] if dep in made else of_folder(dep, made) for dep in read}
    assert {dep: digests(lock[name]["deps"])[dep] for dep in read} == expected


def written(folder):
    """Digests of the files of a folder that is kept in git."""
    files = (path for path in (graph.ROOT / folder).iterdir() if path.is_file())
    return {f"{folder}/{path.name}": digest(path) for path in files}


def of_folder(folder, made):
    """Digest of a folder as DVC makes it, of the digests of its files."""
    entries = [
        {"md5": md5, "relpath": path.removeprefix(f"{folder}/")}
        for path, md5 in sorted(made.items())
        if path.startswith(f"{folder}/")
    ]
    text = json.dumps(entries, sort_keys=True)
    return f"{hashlib.md5(text.encode()).hexdigest()}.dir"
