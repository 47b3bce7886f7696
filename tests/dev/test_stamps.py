"""Studies of several parts: what they say of the code that made each of them."""

import json
import subprocess
import sys

import pytest

from dev import provenance
from dev.studies import placing, sets

OLDER = {provenance.KEY: {"params": {}, "digests": {"code": "older"}}}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(provenance, "digests", lambda roots, params: {"code": "today"})


@pytest.mark.parametrize("stamp", [{}, OLDER])
@pytest.mark.parametrize("error", [subprocess.CalledProcessError(1, "dvc"), OSError("no npm")])
def test_a_set_that_fails_is_not_stamped_with_todays_code(tmp_path, monkeypatch, stamp, error):
    def fail_b(name, n_classes):
        if name == "b":
            raise error
        return {"score": "new"}

    results = tmp_path / "sets.json"
    results.write_text(json.dumps({"b": {"score": "old"}, "gone": {}} | stamp))
    monkeypatch.setattr(sets, "RESULTS", results)
    monkeypatch.setattr(sets, "SETS", {"a": 2, "b": 3})
    monkeypatch.setattr(sets, "scored", fail_b)
    sets.main()
    assert json.loads(results.read_text()) == {"a": {"score": "new"}, "b": {"score": "old"}} | stamp
    assert provenance.stale(results) != []
    monkeypatch.setattr(sets, "scored", lambda name, n_classes: {"score": "new"})
    sets.main()
    assert json.loads(results.read_text())["b"] == {"score": "new"}
    assert provenance.stale(results) == []


@pytest.mark.parametrize(("words", "is_stale"), [([], False), (["a"], True), (["a", "b"], False)])
def test_placing_is_stamped_once_all_parts_are_measured(tmp_path, monkeypatch, words, is_stale):
    results = tmp_path / "placing.json"
    results.write_text(json.dumps({"a": "old", "b": "old"} | OLDER))
    monkeypatch.setattr(placing, "RESULTS", results)
    monkeypatch.setattr(placing, "PYTHON", tmp_path)
    monkeypatch.setattr(placing, "PARTS", dict.fromkeys("ab", lambda folder, n: "new"))
    monkeypatch.setattr(sys, "argv", ["placing", *words])
    placing.main()
    assert json.loads(results.read_text())["a"] == "new"
    assert bool(provenance.stale(results)) == is_stale
