"""The stages of dvc.yaml as DVC itself resolves them, and what their code imports."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import yaml
from dvc.repo import Repo
from packaging.requirements import Requirement

from tools.imports import ROOT

PARAMS = "params.yaml"
VERSIONS = "stages/versions.yaml"
SCHEMA = "params.schema.json"


@dataclass(frozen=True)
class Stage:
    """A stage of dvc.yaml, templates filled in."""

    name: str
    command: str
    deps: frozenset[str]
    params: tuple[str, ...]
    libraries: frozenset[str]
    outs: frozenset[str]
    cached: frozenset[str]
    metrics: frozenset[str]
    plots: frozenset[str]

    @property
    def script(self) -> str:
        """Name of the script in ``stages``, without its ending."""
        return self.command.split()[2].removeprefix("stages.")

    @property
    def arguments(self) -> list[str]:
        return self.command.split()[3:]

    @property
    def code(self) -> frozenset[str]:
        return frozenset(dep for dep in self.deps if dep.endswith(".py"))

    @property
    def data(self) -> frozenset[str]:
        return self.deps - self.code

    def needs(self, other: "Stage") -> bool:
        """Whether it reads an output of the other: the same path, or a folder and a file in it."""
        return any(
            Path(out).is_relative_to(dep) or Path(dep).is_relative_to(out)
            for dep in self.data
            for out in other.outs
        )


@functools.cache
def stages(root: Path = ROOT) -> dict[str, Stage]:
    """Load the stages by name, in the order of dvc.yaml; ``root`` has a ``.dvc`` folder."""
    with Repo(str(root), config={"core": {"no_scm": True}}) as repo:
        return {stage.name: _resolve(stage) for stage in repo.index.stages}


def _resolve(stage: Any) -> Stage:
    declared: dict[str, list[str]] = {
        dep.def_path: dep.params for dep in stage.deps if hasattr(dep, "params")
    }
    assert set(declared) <= {PARAMS, VERSIONS}, "params come from these two files"
    return Stage(
        name=stage.name,
        command=stage.cmd,
        deps=frozenset(dep.def_path for dep in stage.deps if not hasattr(dep, "params")),
        params=tuple(declared.get(PARAMS, [])),
        libraries=frozenset(declared.get(VERSIONS, [])),
        outs=frozenset(out.def_path for out in stage.outs),
        cached=frozenset(out.def_path for out in stage.outs if out.use_cache),
        metrics=frozenset(out.def_path for out in stage.outs if out.metric),
        plots=frozenset(out.def_path for out in stage.outs if out.plot),
    )


def downstream(names: Iterable[str], graph: Mapping[str, Stage]) -> set[str]:
    """Names of the given stages and of all that follow from them."""
    found = set(names)
    for stage in graph.values():  # In topological order, which a test makes sure of.
        if any(stage.needs(graph[name]) for name in found - {stage.name}):
            found.add(stage.name)
    return found


def leaves(params: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested params to values by dotted name."""
    found: dict[str, Any] = {}
    for key, value in params.items():
        name = f"{prefix}{key}"
        found |= leaves(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Undo `leaves`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        *sections, key = name.split(".")
        section = found
        for part in sections:
            section = section.setdefault(part, {})
        section[key] = value
    return found


def is_in(name: str, section: str) -> bool:
    """Whether a param is the one that is named, or lies in the section that is."""
    return f"{name}.".startswith(f"{section}.")


def load_yaml(path: str, root: Path = ROOT) -> Any:
    return yaml.safe_load((root / path).read_text(encoding="utf-8"))


def with_requirements(distributions: Iterable[str], pinned: Iterable[str]) -> set[str]:
    """Return pinned distributions with those among the pinned that they compute with themselves."""
    known = {name.lower(): name for name in pinned}
    found: set[str] = set()
    new = set(distributions) & set(pinned)
    while new:
        found |= new
        required = [Requirement(text) for name in new for text in requires(name) or []]
        names = {item.name.lower() for item in required if "extra" not in str(item.marker)}
        new = {known[name] for name in names & set(known)} - found
    return found
