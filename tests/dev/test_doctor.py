"""What make doctor says of a folder and its machine."""

from functools import partial

import pytest

from tests.support.scripts import git, lay_out, run, shallow
from tests.support.situations import seen

doctor = partial(run, "doctor.sh")


@pytest.fixture
def folder(tmp_path):
    return lay_out(tmp_path / "project", "doctor.sh")


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
    assert "git fetch --unshallow" in doctor(shallow(folder, tmp_path / "shallow")).stdout


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
    assert f"BAD   {seen('letters')}" in doctor(folder.rename(folder.with_name("größe"))).stdout
