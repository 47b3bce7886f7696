"""The files around the code agree: locks, make targets, CI, Python versions."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dev import check, verify_matrix

ROOT = Path(__file__).resolve().parents[2]
LOCK = "requirements.lock"
ENTRY = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[^ ;]+)(?: ; [^\\\n]+)?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
)
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def project():
    return tomllib.loads(read("pyproject.toml"))


def pins():
    return {
        canonicalize_name(entry["name"]): entry["version"] for entry in ENTRY.finditer(read(LOCK))
    }


def test_lock_holds_nothing_but_one_pin_a_package_with_digests():
    title, wheels, sdist, rest = read(LOCK).split("\n", 3)
    assert title.startswith("# ")
    assert wheels == "--only-binary :all:"
    assert sdist == "--no-binary antlr4-python3-runtime"
    assert ENTRY.sub("", rest) == ""
    assert "://" not in rest
    assert " @ " not in rest
    assert len(pins()) == len(ENTRY.findall(rest))


def test_lock_fits_pyproject():
    settings = project()
    extras = settings["project"]["optional-dependencies"]
    installer = settings["dependency-groups"]["installer"]
    for lines in (settings["project"]["dependencies"], installer, *extras.values()):
        for requirement in map(Requirement, lines):
            assert pins()[canonicalize_name(requirement.name)] in requirement.specifier
    targets = re.findall(r"dev/venv.sh \.venv-\w+ (.+)$", read("Makefile"), re.MULTILINE)
    assert {extra for target in targets for extra in target.split()} <= set(extras)


# Make and CI


def test_help_lists_every_target():
    targets = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)[1].split()
    rules = re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE)
    assert rules == targets
    lines = subprocess.check_output(["make", "help"], cwd=ROOT, text=True).splitlines()
    # What others need by themselves is not for people to type.
    assert targets[len(lines) :] == ["ready", "peers"]
    assert [line.split()[0] for line in lines] == targets[: len(lines)]
    assert all(len(line.split()) > 1 for line in lines)


def test_ci_runs_the_checks_and_the_tests_as_a_user_does():
    commands = [line for line in read(".ci/run").splitlines() if line.startswith("make")]
    assert commands == ["make validators", "make lint", "make test"]
    job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["test"]
    first, coverage, metrics = (step["run"] for step in job["steps"] if "run" in step)
    assert (first, coverage) == (".ci/run", "make coverage")
    assert "dvc metrics diff --md" in metrics


def test_actions_are_pinned_and_may_only_read():
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    assert workflow["permissions"] == {"contents": "read"}
    used = re.findall(r"uses: (\S+)", read(".github/workflows/ci.yml"))
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)


@pytest.mark.parametrize("script", [".ci/run", "dev/lock.sh", "dev/venv.sh"])
def test_scripts_can_be_run(script):
    assert (ROOT / script).stat().st_mode & 0o111
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    assert "set -euo pipefail" in read(script)


def test_python_versions_agree():
    settings = project()
    assert settings["project"]["requires-python"] == f">={PYTHONS[0]}"
    tried = re.findall(r"3\.\d+", " ".join(settings["project"]["classifiers"]))
    assert tried == PYTHONS
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in read("README.md")
    assert settings["tool"]["ruff"]["target-version"] == "py311"
    assert settings["tool"]["mypy"]["python_version"] == PYTHONS[0]
    job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["test"]
    matrix = job["strategy"]["matrix"]
    assert matrix["python"] == PYTHONS
    assert {row["machine"] for row in matrix["include"]} == {"ubuntu-24.04-arm", "macos-15"}
    script = read("dev/venv.sh")
    assert "sys.version_info >= (3, 11)" in script
    (names,) = re.findall(r"names=\((.+ python3 .+)\)", script)
    assert re.findall(r"python(3\.\d+)", names) == PYTHONS[::-1]
    assert [f"3.{minor}" for minor in verify_matrix.SUPPORTED] == PYTHONS


def test_the_container_installs_from_what_the_installer_reads():
    copied = re.findall(r"^COPY --chown=user (.+) \S+$", read("Dockerfile"), re.MULTILINE)
    names = {name for line in copied[:-1] for name in line.split()}
    assert names == {"requirements.lock", "pyproject.toml", "dev/venv.sh"}
    assert copied[-1] == "."
    ignored = read(".dockerignore").splitlines()
    assert {".venv*", "data", "models", ".dvc/cache"} <= set(ignored)
    container = json.loads(read(".devcontainer.json"))
    assert container["build"]["dockerfile"] == "Dockerfile"
    assert "iterative.dvc" in container["customizations"]["vscode"]["extensions"]


def test_all_that_names_the_project_says_the_same():
    own, meta = project()["project"], json.loads(read("codemeta.json"))
    cite = yaml.safe_load(read("CITATION.cff"))
    names = ("name", "version", "description")
    assert [meta[name] for name in names] == [own[name] for name in names]
    assert (cite["version"], cite["license"]) == (own["version"], own["license"])
    assert meta["license"].endswith(f"/{own['license']}")
    authors = [[{"name": each["name"]} for each in where["authors"]] for where in (own, cite)]
    assert authors == [[{"name": each["name"]} for each in meta["author"]]] * 2
    assert own["authors"][0]["name"] in read("LICENSE")
    newest = re.search(r"^## \[([^\]]+)\]", read("CHANGELOG.md"), re.MULTILINE)[1]
    assert newest == own["version"]


# Params

SCHEMA = """{
  "type": "object",
  "properties": {"k": {"type": "integer", "minimum": 1, "description": "a number from 1"}},
  "additionalProperties": false
}"""
RELATED = '{"relations": [{"smaller": "a.k", "factor": 2, "larger": "a.l"}]}'


@pytest.mark.parametrize(
    ("schema", "params", "fault"),
    [
        (SCHEMA, "k: 2", None),
        (SCHEMA, "k: 0", "params.yaml: k is 0, but it must be a number from 1; edit it"),
        (SCHEMA, "", "params.yaml is empty; edit it"),
        (RELATED, "a: {k: 5, l: 4}", "params.yaml: a.k is 5, for which a.l must be 10 or more"),
        (RELATED, "a: {k: 2, l: 4}", None),
        (RELATED, "a: {k: auto, l: 4}", None),
        ('{"type": "text"}', "k: 2", "params.schema.json: $.type: 'text' is not valid"),
    ],
)
def test_check_finds_faults(schema, params, fault, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.schema.json").write_text(schema)
    Path("params.yaml").write_text(params)
    monkeypatch.setattr(check.description, "load", lambda name: None)
    faults = check.faults()
    assert len(faults) == (fault is not None)
    assert all(found.startswith(fault) for found in faults)
