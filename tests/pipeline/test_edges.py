"""Where DVC itself ends with an error, it is the one that the documents quote."""

import os
import signal
import subprocess
import sys

from dev import graph
from stages.workspace import set_params
from tests.support import clones
from tests.support.situations import seen


def said(done):
    return done.stdout + done.stderr


def test_a_merge_conflict_in_the_lock(clone):
    lock = clone / "dvc.lock"
    whole = lock.read_text()
    first, rest = whole.split("\n", 1)
    lock.write_text(f"{first}\n<<<<<<< HEAD\n{rest}=======\n{rest}>>>>>>> other\n")
    assert seen("conflict") in said(clones.dvc(clone, "repro", code=None))
    # Either side will do.
    lock.write_text(whole)
    assert "up to date" in said(clones.dvc(clone, "status"))


def test_a_second_run_in_the_same_folder(clone):
    set_params(clone / graph.PARAMS, {"tsne.map_3d.iterations": 5000, "tsne.map_3d.theta": 0})
    first = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "tsne@3"],
        cwd=clone,
        env=clones.ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        while "stages.tsne 3" not in first.stdout.readline():
            assert first.poll() is None
        assert seen("busy") in said(clones.dvc(clone, "repro", "tsne@3", code=None))
    finally:
        os.killpg(first.pid, signal.SIGINT)
        first.wait(60)


def test_what_gc_keeps(clone):
    asked = clones.run(clone, sys.executable, "-m", "dvc", "gc", "--workspace", code=None)
    assert seen("gc") in said(asked)
