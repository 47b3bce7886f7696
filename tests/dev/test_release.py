"""A finished run is told to other programs, and released, by the same bytes each time."""

import hashlib
import json
import os
import sys
import zipfile

import numpy as np
import pytest
import yaml

from dev import crate, graph, release
from dev.finished import date
from mnist_clustering.errors import InputError
from tests.support import clones
from tests.support.fitted import enlarged, png

VALIDATORS = graph.ROOT / ".venv-validators/bin"
# The context of RO-Crate 1.1 is on the web alone; the library's own is of a later version, in which
# four of our terms have other addresses.
VALIDATE = """
import json, sys
from pathlib import Path
import requests, rocrate
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

context = json.loads((Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_text())
for name in ("ComputationalWorkflow", "FormalParameter"):
    context["@context"][name] = f"https://bioschemas.org/{name}"
for name in ("input", "output"):
    context["@context"][name] = f"https://bioschemas.org/ComputationalWorkflow#{name}"

def get(self, url, **_):
    assert url == "https://w3id.org/ro/crate/1.1/context", url
    answer = requests.Response()
    answer.status_code, answer._content = 200, json.dumps(context).encode()
    answer.headers["Content-Type"] = "application/ld+json"
    return answer

HttpRequester.get = get
found = services.validate(models.ValidationSettings(
    rocrate_uri=sys.argv[1], profile_identifier="provenance-run-crate-0.5",
    requirement_severity=models.Severity.REQUIRED, offline=True, cache_path=Path(sys.argv[2])))
sys.exit("; ".join(f"{issue.check.identifier}: {issue.message}" for issue in found.get_issues())
    or not found.passed())
"""


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """Return a folder with a release, and its crate unpacked beside it."""
    folder = tmp_path_factory.mktemp("made")
    release.build(finished[0], folder / "release")
    with zipfile.ZipFile(folder / "release/crate.zip") as packed:
        packed.extractall(folder)
    return folder


def test_the_crate_says_what_dvc_lock_says(made, finished):
    text = (made / "crate/ro-crate-metadata.json").read_text()
    entities = {entity["@id"]: entity for entity in json.loads(text)["@graph"]}
    for name, own in yaml.safe_load((finished[0] / "dvc.lock").read_text())["stages"].items():
        links = np.hstack([entities[f"#run/{name}"][part] for part in ("object", "result")])
        parts = [entities[link["@id"]] for link in links]
        values = {part["name"]: part["value"] for part in parts if "value" in part}
        params = graph.leaves(own.get("params", {}).get(graph.PARAMS, {}))
        assert values == {key: "null" if value is None else value for key, value in params.items()}
        digests = {part["name"]: part["md5"] for part in parts if "md5" in part}
        assert digests == {entry["path"]: entry["md5"] for entry in (*own["deps"], *own["outs"])}
    inside = [own for own in entities.values() if "File" in own["@type"] and "md5" in own]
    assert "metrics/scores.json" in {own["name"] for own in inside}
    for own in inside:
        assert hashlib.md5((made / "crate" / own["@id"]).read_bytes()).hexdigest() == own["md5"]


@pytest.mark.skipif(not VALIDATORS.exists(), reason="`make validators` was not run")
def test_others_find_the_crate_valid_and_read_it(made, tmp_path):
    words = [VALIDATORS / "python", "-c", VALIDATE, made / "crate", tmp_path / "cache"]
    clones.run(tmp_path, *map(str, words))
    told = clones.run(tmp_path, str(VALIDATORS / "runcrate"), "report", str(made / "crate"))
    assert all(f"action: #run/{name}\n" in told.stdout for name in graph.stages())


def test_a_second_release_has_the_same_bytes(made, finished, tmp_path):
    before = os.umask(0o077)
    release.build(finished[0], tmp_path / "release")
    os.umask(before)
    digests = (tmp_path / "release/SHA256SUMS").read_text()
    assert digests == (made / "release/SHA256SUMS").read_text()
    clones.run(tmp_path / "release", "sha256sum", "--check", "--strict", "SHA256SUMS")


def test_the_wheel_predicts_without_a_run(made, finished, tmp_path):
    (wheel,) = (made / "release").glob("mnist_clustering-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    picture = png(enlarged(np.load(finished[0] / "data/split/test_images.npy")[0]), tmp_path)
    code = "import sys; from mnist_clustering.model.command import main; sys.exit(main())"
    words = [sys.executable, "-c", code, str(picture), "--csv", "-"]
    done = clones.run(made / "release", *words, environment={"PYTHONPATH": str(tmp_path)})
    assert (done.stderr, done.stdout.count("\n")) == ("", 2)


def test_a_run_that_is_not_up_to_date_is_refused_and_leaves_nothing(clone, tmp_path):
    (clone / "metrics/scores.json").write_text("{}\n")
    for build in (crate.write, release.build):
        with pytest.raises(InputError, match=r"up to date \(evaluate, .*\): make repro first"):
            build(clone, tmp_path / "made")
    assert list(tmp_path.iterdir()) == [clone]


def test_without_a_commit_a_date_is_asked_for(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is ''"):
        date(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert date(tmp_path) == 7
