"""Studies of several parts: what they say of the code that made each of them."""

import json
import subprocess
import sys

import pytest

from dev import provenance
from dev.studies import placing, sets


@pytest.fixture
def results(tmp_path, monkeypatch):
    path = tmp_path / "sets.json"
    monkeypatch.setattr(sets, "RESULTS", path)
    monkeypatch.setattr(sets, "SETS", {"a": 2, "b": 3})
    return path


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(provenance, "digests", lambda roots, params: {"code": "today"})


@pytest.mark.parametrize("before", [{}, {"code": "older"}])
@pytest.mark.parametrize("error", [subprocess.CalledProcessError(1, "dvc"), OSError("no npm")])
def test_a_set_that_fails_is_not_stamped_with_todays_code(results, monkeypatch, before, error):
    def fail_b(name, n_classes):
        if name == "b":
            raise error
        return {"score": "new"}

    old = {"b": {"score": "old"}, "gone": {}}
    stamp = {provenance.KEY: {"params": {}, "digests": before}} if before else {}
    results.write_text(json.dumps(old | stamp))
    monkeypatch.setattr(sets, "scored", fail_b)
    sets.main()
    found = json.loads(results.read_text())
    assert found == {"a": {"score": "new"}, "b": {"score": "old"}} | stamp
    assert provenance.stale(results) != []
    monkeypatch.setattr(sets, "scored", lambda name, n_classes: {"score": "new"})
    sets.main()
    assert json.loads(results.read_text())["b"] == {"score": "new"}
    assert provenance.stale(results) == []


@pytest.mark.parametrize(
    ("words", "fails", "is_stale"),
    [([], [], False), ([], ["b"], True), (["a"], [], True), (["a", "b"], [], False)],
)
def test_placing_is_stamped_once_all_parts_are_measured(
    tmp_path, monkeypatch, words, fails, is_stale
):
    def measured(part):
        def run(folder, n):
            if part in fails:
                raise OSError(part)
            return "new"

        return run

    results = tmp_path / "placing.json"
    older = {provenance.KEY: {"params": {}, "digests": {"code": "older"}}}
    results.write_text(json.dumps({"a": "old", "b": "old"} | older))
    monkeypatch.setattr(placing, "RESULTS", results)
    monkeypatch.setattr(placing, "PYTHON", tmp_path)
    monkeypatch.setattr(placing, "PARTS", {part: measured(part) for part in "ab"})
    monkeypatch.setattr(sys, "argv", ["placing", *words])
    if fails:
        with pytest.raises(OSError, match="b"):
            placing.main()
    else:
        placing.main()
    assert json.loads(results.read_text())["a"] == "new"
    assert bool(provenance.stale(results)) == is_stale
