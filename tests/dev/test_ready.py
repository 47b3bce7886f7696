"""What make says of a folder before anything else, and what it does about it."""

import os
import shutil
import subprocess

import pytest

from dev import graph
from tests.support.situations import seen


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "project"
    (folder / "dev").mkdir(parents=True)
    (folder / ".dvc").mkdir()
    shutil.copy(graph.ROOT / "dev/ready.sh", folder / "dev")
    return folder


def ready(folder, *words, **environment):
    settings = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        ["dev/ready.sh", *words],
        cwd=folder,
        env=settings | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


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
    few = tmp_path / "few"
    few.mkdir()
    for name in ("bash", "dirname", "grep"):
        (few / name).symlink_to(shutil.which(name))
    done = ready(folder, PATH=str(few))
    assert done.returncode == 1
    assert seen("git-missing") in done.stderr


def test_a_clone_that_belongs_to_another_user(folder):
    git(folder, "init", "--quiet")
    done = ready(folder, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert done.returncode == 1
    assert seen("other-owner") in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_shallow_clone_is_told_what_it_loses(folder, tmp_path):
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    for number in "12":
        git(folder, "commit", "--quiet", "--allow-empty", "-m", number)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{folder}", str(shallow))
    (shallow / ".dvc").mkdir()
    done = ready(shallow)
    assert done.returncode == 0
    assert seen("shallow") in done.stderr
    assert ready(folder).stderr == ""


@pytest.mark.parametrize(
    ("program", "says", "situation"),
    [
        ("df", "echo; echo disk 9000 8900 100 99% /", "disk"),
        ("mktemp", "exit 1", "read-only"),
        ("true", "exit 0", None),
    ],
)
def test_after_a_run_that_failed_the_reason_is_looked_for(
    folder, tmp_path, program, says, situation
):
    stand_in = tmp_path / "bin" / program
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\n{says}\n")
    stand_in.chmod(0o755)
    before = sorted(folder.rglob("*"))
    done = ready(folder, "failed", PATH=f"{stand_in.parent}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert seen(situation) in done.stderr if situation else done.stderr == ""
    assert sorted(folder.rglob("*")) == before
