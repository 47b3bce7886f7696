"""Studies of several parts: what they say of the code that made each of them."""

import functools
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
    def made(name):
        if name == "b" and failing:
            raise error
        return name, None

    results, failing = tmp_path / "sets.json", True
    results.write_text(json.dumps({"b": {"score": "old"}} | stamp))
    monkeypatch.setattr(sys, "argv", ["sets"])
    monkeypatch.setattr(sets, "RESULTS", results)
    monkeypatch.setattr(sets, "SETS", {name: functools.partial(made, name) for name in "ab"})
    monkeypatch.setattr(sets, "scored", lambda images, labels: {"score": "new"})
    sets.main()
    assert json.loads(results.read_text()) == {"b": {"score": "old"}, "a": {"score": "new"}} | stamp
    assert provenance.stale(results) != []
    failing = False
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
