"""Without any one thing that dvc.yaml says of what a stage reads or writes, the tests fail.

Its absence shows at once: a stage is not locked as it is declared. Were the lock made anew,
`test_wiring` or `test_hermetic` fails, which shows of every single input of every stage that it
does not run without it, and of its outputs that they are all it writes.
"""

import pytest

from tests.support import graph
from tests.support.mutants import mutants
from tests.wiring import test_lock, test_wiring


@pytest.fixture
def noticed(monkeypatch):
    """Tell whether the very tests of the lock, or those of what git keeps, fail of stages.

    The lock is that of dvc.yaml as it is, whether or not dvc.lock has been renewed.
    """
    values = {path: graph.load_yaml(path) for path in (graph.PARAMS, graph.VERSIONS)}
    monkeypatch.setattr(graph, "load_yaml", values.__getitem__)
    lock = {name: locked(stage) for name, stage in graph.stages().items()}

    def fails(stages):
        for module in (test_lock, test_wiring):
            monkeypatch.setattr(module, "STAGES", stages)
        try:
            test_lock.test_every_stage_is_locked(lock)
            for name in stages:
                test_lock.test_a_stage_is_locked_as_it_is_declared(lock, name)
            test_wiring.test_git_keeps_metrics_and_plots_and_dvc_the_rest()
            test_wiring.test_what_git_keeps_is_a_metric_or_a_plot()
        except (AssertionError, KeyError):
            return True
        return False

    return fails


def locked(stage):
    """Return what DVC notes of a stage in dvc.lock, digests left out."""
    deps, outs = (
        [{"path": path, "md5": ""} for path in paths] for paths in (stage.deps, stage.outs)
    )
    return {
        "cmd": stage.command,
        "deps": deps,
        "outs": outs,
        "params": test_lock.values_of(stage),
    }


def test_nothing_can_go_unnoticed(noticed):
    stages = graph.stages()
    found = dict(mutants(stages))
    assert len(found) > sum(len(stage.deps | stage.outs) for stage in stages.values())
    assert [what for what, mutant in found.items() if not noticed(mutant)] == []


def test_no_stage_can_go_unnoticed(noticed):
    stages = graph.stages()
    for missing in stages:
        assert noticed({name: stage for name, stage in stages.items() if name != missing}), missing


def test_the_file_as_it_is_passes(noticed):
    assert not noticed(graph.stages())
