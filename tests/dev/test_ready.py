"""What make says of a folder before anything else, and what it does about it."""

import os
from functools import partial

import pytest

from tests.support.scripts import few, git, lay_out, program, run, shallow
from tests.support.situations import seen

ready = partial(run, "ready.sh")


@pytest.fixture
def folder(tmp_path):
    folder = lay_out(tmp_path / "project", "ready.sh")
    (folder / ".dvc").mkdir()
    return folder


def test_an_archive_works_without_git_until_there_is_a_repository(folder):
    own = folder / ".dvc/config.local"
    own.write_text("[cache]\n    dir = /somewhere\n")
    assert seen("archive") in ready(folder).stderr
    assert "no_scm = true" in own.read_text()
    done = ready(folder)
    assert (done.returncode, done.stderr) == (0, "")
    git(folder, "init", "--quiet")
    assert "There is a git repository now" in ready(folder).stderr
    assert own.read_text() == "[cache]\n    dir = /somewhere\n"
    assert ready(folder).stderr == ""


def test_a_clone_needs_git(folder, tmp_path):
    git(folder, "init", "--quiet")
    done = ready(folder, PATH=few(tmp_path / "few", "bash", "dirname", "grep"))
    assert done.returncode == 1
    assert seen("git-missing") in done.stderr


def test_a_clone_that_belongs_to_another_user(folder):
    git(folder, "init", "--quiet")
    done = ready(folder, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert done.returncode == 1
    assert seen("other-owner") in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_shallow_clone_is_told_what_it_loses(folder, tmp_path):
    clone = shallow(folder, tmp_path / "shallow")
    (clone / ".dvc").mkdir()
    done = ready(clone)
    assert done.returncode == 0
    assert seen("shallow") in done.stderr
    assert ready(folder).stderr == ""


@pytest.mark.parametrize(
    ("name", "says", "situation"),
    [
        ("df", "echo; echo disk 9000 8900 100 99% /", "disk"),
        ("mktemp", "exit 1", "read-only"),
        ("true", "exit 0", None),
    ],
)
def test_after_a_run_that_failed_the_reason_is_looked_for(folder, tmp_path, name, says, situation):
    stand_in = program(tmp_path / "bin" / name, says)
    before = sorted(folder.rglob("*"))
    done = ready(folder, "failed", PATH=f"{stand_in.parent}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert seen(situation) in done.stderr if situation else done.stderr == ""
    assert sorted(folder.rglob("*")) == before
