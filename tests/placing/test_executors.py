"""Workers that fail or die, wherever the work is done."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from mnist_clustering.placing import executors

# `eval` can be sent to any worker, and an expression can do anything to it.
DIES = "__import__('os')._exit(1)"
FAILS = "1 / 0"
ONCE = "__import__('os').path.exists({0!r}) or (open({0!r}, 'w').close(), {1})"


ROOT = Path(__file__).parents[2]
TLS = "DASK_DISTRIBUTED__COMM__TLS__"


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
    pids = executors.processes(partial(eval, "__import__('os').getpid", {}).func, ["1"] * 0, 2)
    assert list(pids) == []
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


@pytest.mark.parametrize("address", ["tls://127.0.0.1:1", "nowhere", "ftp://a:1"])
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


def test_a_scheduler_by_tls_takes_certificates_from_dasks_settings(tmp_path):
    distributed()
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes certificates, is missing")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subject = ("-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1")
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    settings = {f"{TLS}CA_FILE": certificate} | {
        f"{TLS}{role}__{kind}": path
        for role in ("SCHEDULER", "WORKER", "CLIENT")
        for kind, path in (("CERT", certificate), ("KEY", key))
    }
    environment = os.environ | {name: str(path) for name, path in settings.items()}
    address_file = tmp_path / "scheduler.json"
    known = ("--no-dashboard", f"--scheduler-file={address_file}")
    commands = [
        [
            "dask_scheduler",
            "--host=tls://127.0.0.1",
            "--port=0",
            f"--scheduler-file={address_file}",
        ],
        ["dask_worker", f"--scheduler-file={address_file}", "--nthreads=1"],
    ]
    with ExitStack() as stack:
        for module, *words in commands:
            command = [
                sys.executable,
                "-m",
                f"distributed.cli.{module}",
                "--no-dashboard",
                *words,
                *known,
            ]
            process = subprocess.Popen(
                command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while not (address_file.exists() and address_file.read_text().strip().endswith("}")):
                assert process.poll() is None
                time.sleep(0.05)
        address = json.loads(address_file.read_text())["address"]
        assert address.startswith("tls://127.0.0.1:")
        code = (
            "from mnist_clustering.placing import executors; import sys\n"
            "print([found.value for found in executors.dask(eval, ['6 * 7'], 1, sys.argv[1])])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, address],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    assert done.stdout == "[42]\n"
