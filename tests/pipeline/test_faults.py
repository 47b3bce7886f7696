"""Ctrl-C, kill -9, edits, second runs: what DVC says, and that the next run goes on as ever."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

from dev import graph
from stages.workspace import set_params
from tests.support import clones
from tests.support.situations import seen

SECONDS = 90
TSNE, CURVE = "tsne@2", "plots/kl_2d.csv"


class Terminal:
    """A DVC command on a terminal of its own, so that progress shows."""

    def __init__(self, folder, *arguments):
        self.terminal, inner = pty.openpty()
        termios.tcsetwinsize(inner, (24, 100))
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=folder,
            env=clones.ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)

    def wait_for(self, words=None):
        """Read until words appear, or without any to the end."""
        deadline = time.monotonic() + SECONDS
        while words is None or words not in self.said:
            assert time.monotonic() < deadline, self.said
            if select.select([self.terminal], [], [], 1)[0]:
                try:
                    self.said += os.read(self.terminal, 1 << 16).decode()
                except OSError:  # All have closed it.
                    break
        assert words is None or words in self.said, self.said

    def end(self, number):
        """Signal all its processes, as a terminal does, and return the exit code."""
        assert self.process.poll() is None
        os.killpg(self.process.pid, number)
        self.wait_for()
        os.close(self.terminal)
        return self.process.wait(SECONDS)


def test_after_ctrl_c_or_a_kill_repro_goes_on(clone):
    # Long enough to be hit in the middle.
    set_params(clone / graph.PARAMS, {"tsne.map_2d.iterations": 100})
    outs = graph.stages()[TSNE].outs
    for number, code in ((signal.SIGINT, 255), (signal.SIGKILL, -signal.SIGKILL)):
        terminal = Terminal(clone, "repro", TSNE)
        terminal.wait_for("t-SNE 2-D, KL")
        assert terminal.end(number) == code
        assert "Traceback" not in terminal.said
        interrupted = f"tsne: {seen('interrupted')}"
        assert (interrupted in terminal.said) == (number == signal.SIGINT)
        # But for the curve, which is whole as far as it goes.
        left = [clone / out for out in outs if (clone / out).exists()]
        assert left in ([], [clone / CURVE])
        assert all(path.read_text().endswith("\n") for path in left)

    assert clones.repro(clone, TSNE) == {TSNE}


def test_params_edited_while_a_stage_runs_lock_nothing(clone):
    set_params(clone / graph.PARAMS, {"tsne.map_2d.iterations": 100})
    before = (clone / "dvc.lock").read_text()
    terminal = Terminal(clone, "repro", TSNE)
    terminal.wait_for("t-SNE 2-D, KL")
    # As an editor, or a second dvc exp run -S in this folder, does it.
    set_params(clone / graph.PARAMS, {"tsne.exaggeration": 3})
    terminal.wait_for()
    assert terminal.process.wait(SECONDS) == 255
    assert f"tsne: {seen('meanwhile')} (tsne.exaggeration was 4, is 3)" in terminal.said
    assert (clone / "dvc.lock").read_text() == before
    assert not any((clone / out).exists() for out in graph.stages()[TSNE].outs if "." in out)
    # Nor does the run cache know better.
    set_params(clone / graph.PARAMS, {"tsne.exaggeration": 4})
    assert clones.repro(clone, TSNE) == {TSNE}


def test_half_written_files_are_not_taken_for_outputs(clone):
    for out in sorted(set().union(*(stage.outs for stage in graph.stages().values()))):
        path = clone / out
        (path.parent / f".{path.name}{seen('killed')}").write_text("half")
    assert clones.repro(clone) == set()
    assert clones.run(clone, "git", "status", "--porcelain").stdout == ""


# Where DVC itself ends with an error, it is the one that the documents quote.


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
    first = Terminal(clone, "repro", "tsne@3")
    first.wait_for("stages.tsne 3")
    assert seen("busy") in said(clones.dvc(clone, "repro", "tsne@3", code=None))
    first.end(signal.SIGINT)


def test_what_gc_keeps(clone):
    asked = clones.dvc(clone, "gc", "--workspace", code=None)
    assert seen("gc") in said(asked)
