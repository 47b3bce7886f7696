"""Which code and params made a results file, and whether they have changed since.

A study writes its results through `save`; `stale` names what has changed. Digests of code are
those of `stages.digests`, for which comments and docstrings do not count.
"""

import contextlib
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dev import graph
from dev.graph import ROOT
from mnist_clustering import files
from stages import digests as code
from stages.imports import Imports

KEY = "provenance"
ALL = "*"
UNKNOWN = "code that is not on record"
# What stages read beside code and results of others: a folder of which one file is in use, and all.
DATASETS, PAGE = "datasets", "explorer"


def save(
    path: Path,
    results: Mapping[str, Any],
    roots: Iterable[str],
    params: Mapping[str, Any] | None = None,
) -> None:
    """Write results as JSON, stamped."""
    files.save_json(path, stamp(results, roots, params))


def stamp(
    results: Mapping[str, Any], roots: Iterable[str], params: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return results together with the digests of what made them.

    Parameters
    ----------
    results : mapping
        What is to be written as JSON; its keys stay as they are.
    roots : iterable of str
        Names of stages, such as "evaluate", each of which stands for all that it needs too (`ALL`
        for every stage); paths of files, such as "dev/studies/seeds.py", each of which stands for
        itself, of the library for all that it imports; paths of data, for their content in
        dvc.lock.
    params : mapping of str to object, optional
        Params by dotted name that differed from params.yaml.
    """
    found = {"params": dict(params or {}), "digests": digests(roots, params or {})}
    return {name: value for name, value in results.items() if name != KEY} | {KEY: found}


def stale(results: Path | Mapping[str, Any]) -> list[str]:
    """Name what has changed since results were made; `UNKNOWN` if they were never stamped."""
    found: Any = results
    if isinstance(results, Path):
        found = json.loads(results.read_text(encoding="utf-8"))
    if KEY not in found:
        return [UNKNOWN]
    known = found[KEY]["digests"]
    now = digests(known, found[KEY]["params"])
    return [name for name in {**known, **now} if known.get(name) != now.get(name)]


def sentence(results: Path) -> str:
    """Say what has changed since results were made; nothing if they are up to date."""
    names = stale(results)
    if not names:
        return ""
    if names == [UNKNOWN]:
        return f"Measured by {UNKNOWN}."
    listed = ", ".join(f"`{name}`" for name in names[:4])
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"Measured before the last change of {listed}{more}."


def digests(roots: Iterable[str], params: Mapping[str, Any]) -> dict[str, str | None]:
    """Digest stages, with all that they need, and files; None for what there is no longer."""
    roots = list(roots)
    known = {name: stage for name, stage in graph.stages().items() if name != graph.CODE}
    needed = graph.upstream([name for name in known if name in roots or ALL in roots], known)
    values = graph.leaves(graph.load_yaml(graph.PARAMS)) | dict(params)
    with contextlib.chdir(ROOT):
        imports = _imports()
        found: dict[str, str | None] = {
            name: _of_stage(known[name], values, imports) for name in known if name in needed
        }
        others = [name for name in roots if name not in {*known, ALL}]
        locked = graph.locked() if any(not name.endswith(".py") for name in others) else {}
        return found | {name: _of_file(name, imports, locked) for name in others}


@functools.cache
def _imports() -> Imports:
    """Read which module imports which; once, for the tables ask for twenty studies in turn."""
    return Imports()


def _of_stage(stage: graph.Stage, values: Mapping[str, Any], imports: Imports) -> str:
    """Digest all that decides what a stage computes from its data."""
    modules = sorted(imports.closure(f"stages/{stage.script}.py"))
    libraries = imports.libraries(modules)
    kept = {
        name: value
        for name, value in values.items()
        if any(graph.is_in(name, section) for section in stage.params)
    }
    written: dict[str, str] = {}
    if DATASETS in stage.data:
        own = f"{DATASETS}/{values['download.dataset']}.yaml"
        written[own] = Path(own).read_text(encoding="utf-8")
    if PAGE in stage.data:
        page = sorted(Path(PAGE).iterdir())
        written |= {path.name: path.read_text(encoding="utf-8") for path in page}
    versions = {name: own for name, own in code.installed().items() if name in libraries}
    content = (code.of(modules), stage.arguments, kept, versions, written)
    return _shortened(json.dumps(content, sort_keys=True))


def _of_file(path: str, imports: Imports, locked: Mapping[str, Any]) -> str | None:
    """Digest a module, with what it imports where it is of the library, or data of dvc.lock."""
    if not path.endswith(".py"):
        return locked.get(path, {}).get("md5")
    if not Path(path).is_file():
        return None
    modules = imports.closure(path) if path in imports.names else {path}
    return _shortened(json.dumps(sorted(code.of(modules).values())))


def _shortened(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
