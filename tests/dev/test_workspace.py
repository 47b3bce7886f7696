"""Temporary copies hold what the workspace holds, and leave nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from dev import provenance
from dev import workspace as own
from dev.studies import original
from dev.workspace import temporary_copy
from stages.workspace import ROOT, dvc, failure, project_files, repro, set_params
from tests.support.scripts import git, program
from tests.support.situations import seen

PARAMS = """\
kmeans:
  k: 10    # clusters
  seed: 0  # of the starts
"""
PIPELINE = """\
stages:
  double:
    cmd: python double.py
    deps: [double.py]
    params: [kmeans.k]
    outs: [data/double.txt]
"""
DOUBLE = """\
import os, pathlib, sys, yaml
k = yaml.safe_load(open("params.yaml"))["kmeans"]["k"]
os.makedirs("data", exist_ok=True)
pathlib.Path("data/double.txt").write_text(f"{2 * k} {sys.prefix}")
"""


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.fixture
def workspace(tmp_path):
    """Make a project in a folder whose name has a space."""
    root = tmp_path / "a workspace"
    (root / ".dvc").mkdir(parents=True)
    files = {
        ".dvc/config": "[core]\n    analytics = false\n",
        ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
        ".gitignore": "/data\n",
        "params.yaml": PARAMS,
        "dvc.yaml": PIPELINE,
        "double.py": DOUBLE,
        "tracked.txt": "old",
        "deleted.txt": "tracked, but gone",
    }
    for name, text in files.items():
        (root / name).write_text(text)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "first")
    return root


def test_copy_holds_the_project_as_it_stands_and_nothing_of_the_user(workspace):
    (workspace / "tracked.txt").write_text("edited")
    (workspace / "deleted.txt").unlink()
    theirs = {".env", "film.mp4", "notes.py", "stages/.env", "data/ignored.txt"}
    new = {"stages/new.py", "datasets/größe.yaml"}
    for name in theirs | new:
        (workspace / name).parent.mkdir(exist_ok=True)
        (workspace / name).write_text(name)
    before = contents(workspace)
    with temporary_copy({}, root=workspace) as folder:
        copied = contents(folder)
        status = subprocess.check_output(["git", "status", "--short"], cwd=folder)
    assert status == b""
    assert copied["tracked.txt"] == b"edited"
    assert "deleted.txt" not in copied
    assert {name for name in before if name not in copied} == theirs
    assert contents(workspace).items() >= before.items()
    assert not folder.exists()


def test_an_archive_is_known_by_the_names_of_what_is_in_it(workspace, tmp_path):
    # A file that the project gains has to be added to the names.
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    expected = {name for name in tracked if name and (ROOT / name).is_file()}
    archive = tmp_path / "archive"
    for name in expected:
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).touch()
    for name in (".gitignore", ".dvc/.gitignore"):
        (archive / name).write_text((ROOT / name).read_text())
    theirs = (".env", "film.mp4", "my/notes.txt", "data/raw/x", ".dvc/cache/y", "dev/__pycache__/z")
    for name in theirs:
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).touch()
    assert set(project_files(archive)) == expected
    # A repository around it, which tracks nothing of it, changes nothing.
    git(tmp_path, "init", "--quiet")
    assert set(project_files(archive)) == expected


@pytest.mark.parametrize("name", ["kmeans.kk", "kmeen.k", "k"])
def test_unknown_param_is_refused(workspace, name):
    with pytest.raises(KeyError, match=rf"params\.yaml has no param {name}"):
        set_params(workspace / "params.yaml", {name: 12})


def test_copy_shares_the_cache_unless_told_otherwise(workspace, capfd):
    for empty, said in [(False, "Running"), (False, "is cached"), (True, "Running")]:
        with temporary_copy({"kmeans.k": 12}, root=workspace, empty_cache=empty) as folder:
            repro(folder, ["double"])
            assert (folder / "data/double.txt").read_text() == f"24 {sys.prefix}"
            assert (folder / ".dvc/cache").exists() == empty
        assert said in capfd.readouterr().out
    assert {path.name for path in (workspace / ".dvc/cache").iterdir()} == {"files", "runs"}
    assert not (workspace / "data").exists()


def test_surrounding_repository_and_settings_stay_out(workspace, tmp_path, monkeypatch):
    hooks = program(tmp_path / "hooks/pre-commit", "exit 1").parent
    (tmp_path / ".gitconfig").write_text(f"[core]\n    hooksPath = {hooks}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    with temporary_copy({}, root=workspace) as folder:
        assert (folder / "tracked.txt").read_text() == "old"


def test_interrupt_ends_the_stage_and_removes_the_copy(workspace, tmp_path):
    (workspace / "double.py").write_text(
        textwrap.dedent(f"""\
            import os, pathlib, time
            pathlib.Path({str(tmp_path / "pid")!r}).write_text(f"{{os.getpid()}} {{os.getcwd()}}")
            time.sleep(60)
        """)
    )
    study = (
        "import sys; from pathlib import Path\n"
        "from dev.workspace import temporary_copy; from stages.workspace import repro\n"
        "with temporary_copy({}, root=Path(sys.argv[1])) as folder: repro(folder)"
    )
    process = subprocess.Popen([sys.executable, "-c", study, workspace], cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) != 0
    finally:
        process.kill()
    pid, folder = (tmp_path / "pid").read_text().split(" ", 1)
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


@pytest.mark.parametrize(
    ("signal_sent", "shell"), [(signal.SIGKILL, "bash"), (signal.SIGTERM, "dash")]
)
def test_a_stage_that_was_killed_is_named_whatever_it_said_before(
    workspace, monkeypatch, signal_sent, shell
):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is missing")
    monkeypatch.setenv("SHELL", shutil.which(shell))
    (workspace / "double.py").write_text(
        "import os; print('double: 3 files were left out', flush=True)\n"
        f"os.kill(os.getpid(), {int(signal_sent)})\n"
    )
    said = []
    with pytest.raises(subprocess.CalledProcessError):
        dvc(workspace, "repro", on_line=said.append)
    assert "double: 3 files were left out\n" in said
    sentence = failure("".join(said))
    assert sentence.startswith(f"the stage double was killed by signal {int(signal_sent)}")
    assert ("memory" in sentence) == (signal_sent == signal.SIGKILL)


def test_original_study_keeps_results_only_of_a_run_that_succeeded(tmp_path, monkeypatch):
    def make(folder, *arguments):
        for name in original.KEPT:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("new")

    def fail(folder):
        raise subprocess.CalledProcessError(1, "dvc")

    monkeypatch.setattr(original, "RESULTS", tmp_path / "original")
    monkeypatch.setattr(original, "dvc", make)
    monkeypatch.setattr(original, "repro", fail)
    with pytest.raises(subprocess.CalledProcessError):
        original.main()
    assert not original.RESULTS.exists()
    monkeypatch.setattr(original, "repro", make)
    original.main()
    names = {Path(name).name for name in original.KEPT}
    assert {path.name for path in original.RESULTS.iterdir()} == names | {"params.json"}
    kept = json.loads((original.RESULTS / "params.json").read_text())
    assert kept.pop(provenance.KEY)["params"] == kept == original.OVERRIDES


def test_a_new_block_of_features_stays_out_of_the_original_route(monkeypatch):
    monkeypatch.setattr(own, "BLOCKS", [*own.BLOCKS, "ink"])
    named = own.block_alone("pixel")
    assert {name: weight for name, weight in named.items() if weight} == {
        "features.pixel_weight": 1
    }
    assert named["features.ink_weight"] == 0


@pytest.mark.parametrize(
    ("error", "situation"),
    [
        ("failed to reproduce 'big': No possible cache link types for '/x/0'. See <…>", "disk"),
        ("unexpected error - [Errno 122] Disk quota exceeded: '/x'", "disk"),
        ("unexpected error - [Errno 30] Read-only file system: '/x/.dvc/tmp/lock'", "read-only"),
        ("unexpected error - [Errno 13] Permission denied: '/x'", "read-only"),
    ],
)
def test_what_dvc_says_while_it_restores_is_put_into_words(error, situation):
    said = failure(f"Stage 'big' is cached - skipping run, checking out outputs\nERROR: {error}\n")
    assert seen(situation) in said
    assert error in said
