"""The environment is made once and mended where its folder was moved, or refused in a sentence."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.support import scripts
from tests.support.situations import seen

# What the script calls; a PATH of only these has no compiler.
COMMANDS = ("bash", "cat", "cksum", "dirname", "mkdir", "mktemp", "rm", "sed")
MISSING = "pip==0.0 --hash=sha256:" + "0" * 64 + "\n"
PROJECT = """[project]
dependencies = []
[project.optional-dependencies]
pipeline = []
dev = []
"""


def venv(folder, **environment):
    """Run the script, with no package index in reach."""
    settings = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHON": sys.executable}
    return scripts.run("venv.sh", folder, **settings | environment)


def empty(folder):
    """Lay out a project that asks for no package."""
    scripts.lay_out(folder, "venv.sh")
    (folder / "requirements.lock").write_text("# None.\n")
    (folder / "pyproject.toml").write_text(PROJECT)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make an environment once; a copy of its folder is a folder that was moved."""
    folder = empty(tmp_path_factory.mktemp("venv") / "made")
    # What is set for other environments leads nothing elsewhere.
    target = folder.parent / "target"
    done = venv(folder, PIP_USER="1", PIP_TARGET=str(target), PYTHONSAFEPATH="1")
    assert done.returncode == 0, done.stderr
    assert not target.exists()
    assert "Installing requirements.lock into .venv" in done.stderr
    return folder


@pytest.fixture
def moved(made, tmp_path):
    return shutil.copytree(made, tmp_path / "größe mit Platz", symlinks=True)


def test_where_all_is_well_nothing_is_said(made):
    assert venv(made).stderr == ""


def test_a_moved_environment_is_mended(moved):
    done = venv(moved)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)
    assert seen("moved") in done.stderr
    scripts = subprocess.run([moved / ".venv/bin/pip", "--version"], capture_output=True, text=True)
    assert str(moved) in scripts.stdout
    activate = ". .venv/bin/activate && which pip && echo [${MPLBACKEND:-}]"
    words, settings = ["bash", "-c", activate], {"PATH": os.environ["PATH"], "MPLBACKEND": "x"}
    shell = subprocess.run(words, cwd=moved, env=settings, capture_output=True, text=True)
    assert shell.stdout == f"{moved}/.venv/bin/pip\n[]\n"
    assert venv(moved).stderr == ""


def test_a_link_leads_to_the_environment_behind_it(made, tmp_path):
    other = empty(tmp_path / "other")
    (other / ".venv").symlink_to(made / ".venv")
    assert venv(other).stderr == ""


def test_an_environment_whose_python_is_gone_is_made_anew(moved):
    for name in (moved / ".venv/bin").glob("python*"):
        name.unlink()
        name.symlink_to("/nowhere/python")
    # It begins anew, and then lacks a package, which it names.
    (moved / "requirements.lock").write_text(MISSING)
    done = venv(moved)
    assert done.returncode == 1
    assert seen("python-gone") in done.stderr
    assert f"pip==0.0 {seen('no-wheel')}" in done.stderr
    assert not (moved / ".venv/.installed").exists()


def test_a_second_make_waits_for_the_first(made):
    guard = made / ".venv-lock"
    guard.mkdir()
    installed = made / ".venv/.installed"
    known = installed.read_text()
    installed.unlink()
    owner = subprocess.Popen(["sleep", "60"])
    (guard / "pid").write_text(str(owner.pid))
    second = subprocess.Popen(["dev/venv.sh"], cwd=made, stderr=subprocess.PIPE, text=True)
    said = second.stderr.readline()
    # The first has finished.
    installed.write_text(known)
    shutil.rmtree(guard)
    assert second.wait(20) == 0
    assert said == seen("two-makes").replace("…", str(owner.pid)) + "\n"
    owner.kill()
    owner.wait()
    # One that was killed leaves its mark, which holds nobody up.
    installed.unlink()
    guard.mkdir()
    (guard / "pid").write_text(str(owner.pid))
    done = venv(made, PYTHON="false")
    assert seen("no-python") in done.stderr
    assert "Waiting" not in done.stderr
    assert not guard.exists()
    installed.write_text(known)


def test_python_that_will_not_do_is_refused(tmp_path):
    folder = scripts.lay_out(tmp_path / "project", "venv.sh")
    done = venv(folder, PYTHON="false", PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert seen("no-python") in done.stderr
    assert "make PYTHON=/path/to/python" in done.stderr
    assert not (folder / ".venv").exists()


def a_python(folder, machine):
    """Write a Python that says that it runs on another machine."""
    text = (
        f'case "$2" in *ensurepip*) echo "$0" ;; *machine*) echo "{machine}" ;; '
        f'*) exec "{sys.executable}" "$@" ;; esac'
    )
    return str(scripts.program(folder / "python", text))


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("linux x86_64 -", "musl"),
        ("linux aarch64 -", "musl"),
        ("darwin x86_64 -", "intel-mac"),
        ("win32 AMD64 -", "other-machine"),
    ],
)
def test_machines_without_wheels_are_refused_before_anything_is_fetched(tmp_path, machine, name):
    folder = empty(tmp_path / "project")
    done = venv(folder, PYTHON=a_python(tmp_path, machine))
    assert done.returncode == 1
    assert seen(name) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (folder / ".venv").exists()


def test_arm_needs_a_compiler(tmp_path):
    folder = empty(tmp_path / "project")
    path = scripts.few(tmp_path / "few", *COMMANDS)
    done = venv(folder, PYTHON=a_python(tmp_path, "linux aarch64 glibc"), PATH=path)
    assert done.returncode == 1
    assert seen("arm") in done.stderr


def test_a_missing_file_of_certificates_is_named(tmp_path):
    done = venv(empty(tmp_path / "project"), PIP_CERT="/nowhere")
    assert done.returncode == 1
    assert f"PIP_CERT {seen('certificates')}" in done.stderr
