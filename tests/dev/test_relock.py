"""Stages are locked again without running only if their code still means the same."""

import yaml

from dev import relock
from tests.support import clones

MODULE = "mnist_clustering/clustering/merging.py"
USERS = ["micro@2", "micro@3", "recluster@2", "recluster@3"]


def test_a_comment_runs_no_stage_again(clone, monkeypatch):
    monkeypatch.chdir(clone)
    with (clone / MODULE).open("a") as file:
        file.write("# Nothing but a comment.\n")
    assert sorted(relock.relocked(clone)) == USERS
    assert clones.repro(clone) == set()


def test_other_code_is_not_locked_without_running(clone, monkeypatch):
    monkeypatch.chdir(clone)
    with (clone / MODULE).open("a") as file:
        file.write("SOMETHING = 1\n")
    assert relock.relocked(clone) == []
    assert clones.repro(clone) >= set(USERS)


def test_a_stage_that_is_no_more_leaves_the_lock(clone):
    before = yaml.safe_load((clone / relock.LOCK).read_text())
    gone = before | {"stages": before["stages"] | {"gone@2": before["stages"]["kmeans"]}}
    (clone / relock.LOCK).write_text(yaml.safe_dump(gone))
    relock.forget(clone)
    assert yaml.safe_load((clone / relock.LOCK).read_text()) == before
