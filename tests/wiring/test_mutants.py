"""Without any one line that says what a stage reads or writes, the tests fail.

A line's absence shows at once: DVC refuses dvc.yaml, or a stage is not locked as it is declared.
Were the lock made anew, `test_wiring` or `test_hermetic` fails, which shows of every single input
of every stage that it does not run without it, and of its outputs that they are all it writes.
"""

import pytest

from tests.support import graph, mutants
from tests.wiring import test_lock, test_wiring


@pytest.mark.parametrize("part", range(8))
def test_no_line_can_go_unnoticed(part, tmp_path, monkeypatch):
    lock = graph.load_yaml("dvc.lock")["stages"]
    for number in list(mutants.lines())[part::8]:
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            mutant = mutants.without(number, folder)
        except Exception:  # Of whatever kind: DVC has many.
            continue
        for module in (test_lock, test_wiring):
            monkeypatch.setattr(module, "STAGES", mutant)
        assert noticed(mutant, lock), f"dvc.yaml without line {number + 1} passes the tests"


def noticed(mutant, lock):
    """Whether the very tests of the lock, or those of what git keeps, fail."""
    try:
        test_lock.test_every_stage_is_locked(lock)
        for name in mutant:
            test_lock.test_a_stage_is_locked_as_it_is_declared(lock, name)
        test_wiring.test_git_keeps_metrics_and_plots_and_dvc_the_rest()
        test_wiring.test_what_git_keeps_is_a_metric_or_a_plot()
    except (AssertionError, KeyError):
        return True
    return False


def test_the_file_as_it_is_passes():
    lock = graph.load_yaml("dvc.lock")["stages"]
    assert not noticed(graph.stages(), lock)
