"""What make doctor says of a folder and its machine."""

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
    shutil.copy(graph.ROOT / "dev/doctor.sh", folder / "dev")
    return folder


def doctor(folder, **environment):
    settings = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    settings |= {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
    return subprocess.run(
        ["dev/doctor.sh"],
        cwd=folder,
        env=settings | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder, *words):
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_an_archive_is_told_from_a_clone(folder):
    assert "not a clone of git" in doctor(folder).stdout
    git(folder, "init", "--quiet")
    done = doctor(folder)
    assert "clone of git" in done.stdout
    assert seen("identity") in done.stdout
    assert done.returncode == 1
    git(folder, "config", "user.email", "someone@example.org")
    done = doctor(folder)
    assert "BAD" not in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_a_shallow_clone(folder, tmp_path):
    git(folder, "init", "--quiet")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for number in "12":
        git(folder, *identity, "commit", "--quiet", "--allow-empty", "-m", number)
    git(folder, "add", ".")
    git(folder, *identity, "commit", "--quiet", "-m", "all")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{folder}", str(shallow))
    assert "git fetch --unshallow" in doctor(shallow).stdout


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"REQUESTS_CA_BUNDLE": "/nowhere"}, "BAD   REQUESTS_CA_BUNDLE names /nowhere"),
        ({"OMP_NUM_THREADS": "²"}, f"note  OMP_NUM_THREADS is '²', {seen('threads')}"),
        ({"OMP_NUM_THREADS": "1000000"}, "note  OMP_NUM_THREADS is '1000000'"),
        ({"MPLBACKEND": "agg", "PIP_USER": "1"}, f"{seen('inherited')}: MPLBACKEND PIP_USER"),
        ({"DVC_SITE_CACHE_DIR": "/dev/null/x"}, "BAD   /dev/null cannot be written to"),
    ],
)
def test_settings_are_looked_at(folder, environment, said):
    assert said in doctor(folder, **environment).stdout


def test_letters_beyond_ascii_in_the_path(folder):
    moved = folder.rename(folder.with_name("größe"))
    done = doctor(moved)
    assert f"BAD   {seen('letters')}" in done.stdout
