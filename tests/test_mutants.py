"""Without any one line that says what a stage reads or writes, the tests fail.

A line's absence shows at once: DVC refuses dvc.yaml, or a stage declares less than dvc.lock has
(`test_lock`). Were the lock made anew, `test_wiring` or `test_hermetic` fails, which shows of every
single input of every stage that it does not run without it, and of its outputs that they are all
it writes.
"""

import graph
import mutants
import pytest

DECLARED = ("deps", "params", "libraries", "outs", "cached", "metrics", "plots")


@pytest.mark.parametrize("number", list(mutants.lines()))
def test_no_line_can_go_unnoticed(number, tmp_path):
    try:
        mutant = mutants.without(number, tmp_path)
    except Exception:  # Of whatever kind: DVC has many.
        return
    if mutant.keys() != graph.stages().keys():
        return
    assert any(
        getattr(mutant[name], part) != getattr(stage, part)
        for name, stage in graph.stages().items()
        for part in DECLARED
    )
