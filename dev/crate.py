"""Write the run as a Workflow Run RO-Crate, which other programs read: make crate.

The crate follows the profile Provenance Run Crate 0.5. It holds the pipeline, the scripts of its
stages, params, metrics and plots, and names everything else that a stage read or wrote by the
digest of dvc.lock. It does not say when and where a stage ran, which dvc.lock does not know either.
"""

import tomllib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rocrate.model.computerlanguage import ComputerLanguage
from rocrate.rocrate import ROCrate

from dev import finished, graph
from dev.graph import LOCK, PARAMS, ROOT
from dev.workspace import command_line
from stages.workspace import PIPELINE

CRATE = "build/crate"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
# A term of workflow runs that RO-Crate's own context lacks.
TERMS = {"md5": "https://w3id.org/ro/terms/workflow-run#md5"}
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
DVC = "https://dvc.org/"
LICENCE = "https://spdx.org/licenses/BSD-3-Clause"
_CODE = "data/code/"
_FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".lock": "application/yaml",
    ".png": "image/png",
    ".py": "text/x-python",
    ".yaml": "application/yaml",
}
_TYPES = {bool: "Boolean", int: "Integer", float: "Number"}
_WORKFLOW = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
Json = dict[str, Any]


def main() -> None:
    """Write the crate of the workspace's run."""
    write(ROOT, ROOT / CRATE)
    print(f"crate: {CRATE}")


def write(root: Path, folder: Path) -> None:
    """Write the crate of a finished run into a folder, in place of what was there."""
    finished.check(root)
    with finished.replaced(folder) as temporary:
        _Run(root).crate().write(temporary)


class _Run:
    """What dvc.lock says of a run, as the entities of a crate."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stages = graph.stages(root)
        self.project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        self.locked = graph.load_yaml(LOCK, root)["stages"]
        self.read = _by_path(self.locked, "deps")
        self.written = _by_path(self.locked, "outs")
        self.entries = self.read | self.written
        in_git = {out for stage in self.stages.values() for out in stage.outs - stage.cached}
        self.kept = {path for path in self.entries if path in in_git or path.startswith(_CODE)}
        self.kept |= {PARAMS, LOCK, "LICENSE"}
        used = [name for own in self.stages for name in self.params_of(own).items()]
        self.params = dict(sorted(used))

    def params_of(self, stage: str) -> Json:
        """Return the params of a stage with the values that it ran with."""
        return graph.leaves(self.locked[stage].get("params", {}).get(PARAMS, {}))

    def crate(self) -> ROCrate:
        """Return the whole crate."""
        crate = ROCrate(version="1.1")
        crate.metadata.extra_terms = dict(TERMS)
        language = crate.add(
            ComputerLanguage(crate, "#dvc", properties={"name": "DVC", "url": DVC})
        )
        properties = self._file(PIPELINE) | self._workflow()
        source = self.root / PIPELINE
        crate.add_workflow(source, PIPELINE, main=True, lang=language, properties=properties)
        for path in sorted(self.kept):
            crate.add_file(self.root / path, path, properties=self._file(path))
        for path, tool in self._tools().items():
            crate.add_file(self.root / path, path, properties=self._file(path) | tool)
        described = (self._data(), self._values(), self._steps(), self._frame())
        for entity in (entity for part in described for entity in part):
            crate.add_jsonld(entity)
        for name, value in self._root_dataset().items():
            crate.root_dataset[name] = value
        return crate

    def _root_dataset(self) -> Json:
        date = datetime.fromtimestamp(finished.date(self.root), UTC)
        runs = ["#run", *(f"#run/{name}" for name in self.stages), "#organized"]
        return {
            "name": f"A run of {self.project['name']} on {self.params['download.dataset']}",
            "description": self.project["description"],
            "datePublished": date.isoformat(),
            "author": _link("#authors"),
            "license": _link(LICENCE),
            "conformsTo": _link(*PROFILES),
            "isBasedOn": _link("#dataset"),  # Pictures among the plots show its images.
            "mentions": _link(*runs),
        }

    def _workflow(self) -> Json:
        """Return what dvc.yaml is beside a file: the stages in their order."""
        return {
            "@type": _WORKFLOW,
            "conformsTo": _link(BIOSCHEMAS),
            "license": _link(LICENCE),
            "input": _link(*(f"#param/{name}" for name in self.params)),
            "hasPart": _link(*self._tools()),
            "step": _link(*(f"#step/{name}" for name in self.stages)),
        }

    def _tools(self) -> dict[str, Json]:
        """Return the scripts by path, each with the params that its stages read."""
        tools: dict[str, dict[str, None]] = {}
        for stage in self.stages.values():
            names = (f"#param/{name}" for name in self.params_of(stage.name))
            tools.setdefault(f"stages/{stage.script}.py", {}).update(dict.fromkeys(names))
        types = {"@type": ["File", "SoftwareSourceCode"]}
        return {
            path: types | ({"input": _link(*names)} if names else {})
            for path, names in tools.items()
        }

    def _frame(self) -> Iterator[Json]:
        """Yield who and what stands around the run."""
        source = graph.load_yaml(f"datasets/{self.params['download.dataset']}.yaml", self.root)
        rights = {"license": source["licence"], "citation": source["citation"]}
        yield _entity("#dataset", "CreativeWork", source["title"], **rights)
        yield _entity("#authors", "Organization", self.project["authors"][0]["name"])
        yield _entity(LICENCE, "CreativeWork", self.project["license"])
        for profile, name in PROFILES.items():
            yield _entity(profile, "CreativeWork", name, version=profile.rpartition("/")[2])
        yield _entity(DVC, "SoftwareApplication", "DVC", url=DVC, version=version("dvc"))
        first, last = _outside(self.read, self.written), _outside(self.written, self.read)
        yield self._action("#run", PIPELINE, "The whole run", first, last, self.params)
        steps = _link(*(f"#control/{name}" for name in self.stages))
        parts = {"instrument": _link(DVC), "object": steps, "result": _link("#run")}
        yield _entity("#organized", "OrganizeAction", "DVC runs the stages", **parts)

    def _steps(self) -> Iterator[Json]:
        """Yield for each stage its step, that it ran, and that DVC ran it."""
        for position, (name, stage) in enumerate(self.stages.items(), start=1):
            step, run, tool = f"#step/{name}", f"#run/{name}", f"stages/{stage.script}.py"
            place = {"position": str(position), "workExample": _link(tool)}
            yield _entity(step, "HowToStep", name, description=stage.does, **place)
            read, written = sorted(stage.deps), sorted(stage.outs)
            yield self._action(run, tool, stage.command, read, written, self.params_of(name))
            parts = {"instrument": _link(step), "object": _link(run)}
            yield _entity(f"#control/{name}", "ControlAction", f"DVC runs {name}", **parts)

    def _action(
        self,
        identifier: str,
        tool: str,
        does: str,
        read: Collection[str],
        written: Collection[str],
        params: Collection[str],
    ) -> Json:
        values = (f"#value/{name}" for name in params)
        parts = {
            "instrument": _link(tool),
            "object": _link(*map(self._id, read), *values),
            "result": _link(*map(self._id, written)),
            "actionStatus": "http://schema.org/CompletedActionStatus",
        }
        name = identifier.removeprefix("#")
        return _entity(identifier, "CreateAction", name, description=does, **parts)

    def _values(self) -> Iterator[Json]:
        """Yield each param and its value in this run."""
        known = dict(graph.described(graph.load_yaml(graph.SCHEMA, self.root)))
        for name, value in self.params.items():
            kind = _TYPES.get(type(value), "Text")
            says = graph.schema_of(name, known)["description"]
            slot = {"additionalType": kind, "description": says}
            yield _entity(f"#param/{name}", "FormalParameter", name, **slot)
            filled = {"value": "null" if value is None else value}
            filled["exampleOfWork"] = _link(f"#param/{name}")
            yield _entity(f"#value/{name}", "PropertyValue", name, **filled)

    def _data(self) -> Iterator[Json]:
        """Yield by digest what is not in the crate, and which of it lies in which folder."""
        for path, entry in sorted(self.entries.items()):
            if path not in self.kept:
                inside = [part for part in sorted(self.entries) if part.startswith(f"{path}/")]
                more = {"hasPart": _link(*map(self._id, inside))} if inside else {}
                more |= {"md5": entry["md5"], "contentSize": str(entry["size"])}
                yield _entity(self._id(path), "CreativeWork", path, **more)

    def _id(self, path: str) -> str:
        return path if path in self.kept else f"#{path}"

    def _file(self, path: str) -> Json:
        suffix, size = Path(path).suffix, (self.root / path).stat().st_size
        found = {"name": path, "encodingFormat": _FORMATS.get(suffix, "text/plain")}
        found["contentSize"] = str(size)
        if suffix in (".py", ".yaml"):
            found["version"] = self.project["version"]
        return found | ({"md5": self.entries[path]["md5"]} if path in self.entries else {})


def _by_path(locked: Json, kind: str) -> Json:
    return {entry["path"]: entry for own in locked.values() for entry in own.get(kind, [])}


def _outside(paths: Collection[str], others: Collection[str]) -> list[str]:
    """List the paths that are none of the others, nor lie in or around one."""
    near = {
        path
        for path in paths
        for other in others
        if f"{path}/".startswith(f"{other}/") or other.startswith(f"{path}/")
    }
    return sorted(set(paths) - near)


def _entity(identifier: str, kind: str, name: str, **more: Any) -> Json:
    return {"@id": identifier, "@type": kind, "name": name, **more}


def _link(*identifiers: str) -> Any:
    """Name entities; RO-Crate prefers one by itself to a list of one."""
    links = [{"@id": identifier} for identifier in identifiers]
    return links[0] if len(links) == 1 else links


if __name__ == "__main__":
    command_line(main, "crate", __doc__)
