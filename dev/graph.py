"""The stages of dvc.yaml as DVC itself resolves them, and the params that they read."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dvc.repo import Repo

from stages.workspace import PARAMS, ROOT, leaves

__all__ = ["PARAMS", "ROOT", "leaves"]
SCHEMA, LOCK = "params.schema.json", "dvc.lock"
# The first stage, of which all others read the digests of their code.
CODE = "code"
_DIGESTS = "data/code/"


@dataclass(frozen=True)
class Stage:
    """A stage of dvc.yaml, templates filled in."""

    name: str
    does: str
    command: str
    deps: frozenset[str]
    params: tuple[str, ...]
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
        """Words of the command after the script."""
        return self.command.split()[3:]

    @property
    def data(self) -> frozenset[str]:
        """Files and folders that it reads, but for the digests of its code."""
        return frozenset(dep for dep in self.deps if not dep.startswith(_DIGESTS))

    def needs(self, other: "Stage") -> bool:
        """Whether it reads results of the other: the same path, or one inside the other."""
        return any(
            f"{out}/".startswith(f"{dep}/") or f"{dep}/".startswith(f"{out}/")
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
    assert set(declared) <= {PARAMS}, "params come from this file"
    return Stage(
        name=stage.name,
        does=stage.desc or "",
        command=stage.cmd,
        deps=frozenset(dep.def_path for dep in stage.deps if not hasattr(dep, "params")),
        params=tuple(declared.get(PARAMS, [])),
        outs=frozenset(out.def_path for out in stage.outs),
        cached=frozenset(out.def_path for out in stage.outs if out.use_cache),
        metrics=frozenset(out.def_path for out in stage.outs if out.metric),
        plots=frozenset(out.def_path for out in stage.outs if out.plot),
    )


def contents(path: str, root: Path = ROOT) -> list[str]:
    """List the files of an output, which may be a folder."""
    files = sorted((root / path).rglob("*")) if (root / path).is_dir() else [root / path]
    return [file.relative_to(root).as_posix() for file in files if not file.is_dir()]


def upstream(names: Iterable[str], known: Mapping[str, Stage]) -> set[str]:
    """Names of the given stages and of all that they need."""
    found = set(names)
    for name, stage in reversed(list(known.items())):
        if any(known[other].needs(stage) for other in found - {name}):
            found.add(name)
    return found


def downstream(names: Iterable[str], known: Mapping[str, Stage]) -> set[str]:
    """Names of the given stages and of all that follow from them."""
    found = set(names)
    for name, stage in known.items():  # In topological order, which a test makes sure of.
        if any(stage.needs(known[other]) for other in found - {name}):
            found.add(name)
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
    """Read a YAML or JSON file of the project."""
    return yaml.load((root / path).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def locked(root: Path = ROOT) -> dict[str, Any]:
    """Return what dvc.lock says of every file and folder that a stage reads or writes, by path."""
    stages = load_yaml(LOCK, root)["stages"].values()
    return {entry["path"]: entry for own in stages for entry in (*own["deps"], *own["outs"])}


def described(schema: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each param of params.schema.json by dotted name with what it may be.

    A pattern, which stands for several params, is yielded as such.
    """
    definitions = schema["$defs"]
    keys = schema["properties"] | schema.get("patternProperties", {})
    for key, value in keys.items():
        leaf = definitions[value["$ref"].rpartition("/")[2]] if "$ref" in value else value
        if "properties" in leaf:
            yield from described(leaf | {"$defs": definitions}, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", leaf


def schema_of(name: str, known: Mapping[str, Any]) -> Any:
    """Return what a param may be, from those of `described`, by its name or by a pattern."""
    section, _, key = name.rpartition(".")
    for other, leaf in known.items():
        of, _, pattern = other.rpartition(".")
        if other == name or (of == section and pattern[:1] == "^" and re.search(pattern, key)):
            return leaf
    raise KeyError(f"params.schema.json has no param {name}")
