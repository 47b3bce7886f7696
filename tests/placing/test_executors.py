"""Workers that fail or die, wherever the work is done."""

import os

import pytest

from mnist_clustering.placing import executors

# `eval` can be sent to any worker, and an expression can do anything to it.
DIES = "__import__('os')._exit(1)"
FAILS = "1 / 0"
ONCE = "__import__('os').path.exists({0!r}) or (open({0!r}, 'w').close(), {1})"


def distributed():
    pytest.importorskip("distributed", reason="distributed is missing: make dask installs it")


def dask(work, items, n_workers):
    distributed()
    return executors.dask(work, items, n_workers)


def here(work, items, n_workers):
    return executors.here(work, items)


@pytest.mark.parametrize("executor", [here, executors.processes, dask])
def test_each_item_comes_back_once(executor, tmp_path):
    flaky = ONCE.format(str(tmp_path / "flaky"), FAILS)
    items = ["1 + 1", FAILS, flaky, *(f"{number} * 2" for number in range(20))]
    outcomes = {outcome.item: outcome for outcome in executor(eval, items, 2)}
    assert sorted(outcomes) == sorted(items)
    assert outcomes.pop(FAILS).error == "ZeroDivisionError: division by zero"
    assert outcomes.pop(flaky).value is True
    assert all(outcome.value == eval(item) for item, outcome in outcomes.items())


def test_a_worker_that_dies_costs_only_its_own_item(tmp_path):
    mortal = ONCE.format(str(tmp_path / "mortal"), DIES)
    items = ["1", DIES, "2", mortal, "3", "4", "5"]
    outcomes = {item.item: item for item in executors.processes(eval, items, 2)}
    assert "worker died, 3 times" in outcomes.pop(DIES).error
    assert outcomes.pop(mortal).value is True
    assert {item: outcome.value for item, outcome in outcomes.items()} == dict(
        zip("12345", range(1, 6), strict=True)
    )


def test_workers_end_with_an_iteration_that_is_given_up():
    found = executors.processes(
        eval, ["__import__('os').getpid()", "__import__('time').sleep(60)"], 2
    )
    pid = next(found).value
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_scheduler_that_is_not_there_is_one_sentence(monkeypatch):
    distributed()
    monkeypatch.setattr(executors, "_PATIENCE", 0.5)
    with pytest.raises(executors.InputError, match="no Dask scheduler answers"):
        list(executors.dask(eval, ["1"], 1, "tcp://127.0.0.1:1"))


@pytest.mark.parametrize("address", ["tls://127.0.0.1:1", "nowhere"])
def test_an_address_that_dask_does_not_take_is_one_sentence(address):
    distributed()
    with pytest.raises(
        executors.InputError, match=rf"--scheduler is {address}, which .*tls://HOST"
    ):
        list(executors.dask(eval, ["1"], 1, address))


def test_a_cluster_of_this_machine_listens_to_this_machine_alone():
    distributed()
    import psutil

    outcomes = executors.dask(eval, ["1", "2"], 1)
    next(outcomes)
    this = psutil.Process()
    own = {this.pid, *(child.pid for child in this.children(recursive=True))}
    listening = [
        found.laddr.ip
        for found in psutil.net_connections("tcp")
        if found.status == psutil.CONN_LISTEN and found.pid in own
    ]
    outcomes.close()
    assert len(listening) >= 3, "the scheduler, its dashboard and a worker"
    assert set(listening) == {"127.0.0.1"}
