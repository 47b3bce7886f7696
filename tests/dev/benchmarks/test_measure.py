"""Commands are measured alone, without presets, and by stage."""

import subprocess
import sys

import pytest

from dev.benchmarks import measure
from dev.benchmarks import pipeline as stages_part


def test_a_process_is_measured_alone():
    code = "import time; block = b'x' * (64 << 20); time.sleep(0.2)"
    taken = measure.run([sys.executable, "-S", "-c", code])
    assert 0.2 < taken["seconds"] < 5
    assert taken["cpu_seconds"] < taken["seconds"]
    # What this process holds is not in it.
    assert 64 < taken["peak_mib"] < 100


def test_presets_are_unset_and_settings_pass_on(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "512")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    code = (
        "import os, pathlib, sys; assert not sys.dont_write_bytecode;"
        "assert not any(name.startswith('OPENBLAS') for name in os.environ);"
        "pathlib.Path('seen').write_text(os.environ['SEEN'])"
    )
    measure.run([sys.executable, "-c", code], tmp_path, {"SEEN": "yes"})
    assert (tmp_path / "seen").read_text() == "yes"


def test_failure_is_passed_on():
    with pytest.raises(subprocess.CalledProcessError):
        measure.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_median_is_of_each_figure():
    rounds = [{"seconds": s, "peak_mib": p} for s, p in [(3, 10), (1, 30), (2, 20)]]
    assert measure.median(rounds) == {"seconds": 2, "peak_mib": 20, "rounds": 3}


def test_facts_name_no_host():
    import platform

    facts = measure.machine()
    assert all(facts.values())
    assert not platform.node() or platform.node() not in facts.values()


def test_dvc_is_measured_by_stage(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "stages").mkdir()
    (project / "stages" / "one.py").write_text("import sys; open('out', 'w').write(sys.argv[1])")
    (project / "dvc.yaml").write_text(
        "stages:\n  one:\n    cmd: python -m stages.one 2\n    outs: [out]\n"
    )
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=project, check=True)
    measured = stages_part.Measured(project)
    taken, lines = measured.dvc(["repro"])
    assert (project / "out").read_text() == "2"
    assert list(lines) == ["one"]
    assert 0 < lines["one"]["seconds"] < taken["seconds"]
    assert measured.dvc(["repro"])[1] == {}
