"""Which code and params made a results file, and whether they have changed since.

A study writes its results through `stamp`; `stale` names what has changed. Digests ignore
comments, docstrings, format and the paths of modules (`dev.fingerprint`).
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dev import graph
from dev.fingerprint import Fingerprints, Reader, shorten
from dev.imports import ROOT

KEY = "provenance"
DATASETS = "datasets"
ALL = "*"
UNKNOWN = "code that is not on record"


def stamp(
    results: Mapping[str, Any], roots: Iterable[str], params: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return results together with the digests of what made them.

    Parameters
    ----------
    results : mapping
        What is to be written as JSON; its keys stay as they are.
    roots : iterable of str
        Names of stages, such as "evaluate", each of which stands for all that it needs too, and
        paths of files, such as "dev/studies/seeds.py", each of which stands for itself. A module
        of the library stands for all that it imports, and a path of data for its content in
        dvc.lock.
        `ALL` stands for all stages.
    params : mapping of str to object, optional
        Params by dotted name that differed from params.yaml.

    Returns
    -------
    dict
        The results, followed by "provenance": "params" and "digests" by name.
    """
    found = {"params": dict(params or {}), "digests": digests(roots, params or {})}
    return {name: value for name, value in results.items() if name != KEY} | {KEY: found}


def stale(results: Path | Mapping[str, Any]) -> list[str]:
    """Name the stages and files that have changed since results were made.

    Parameters
    ----------
    results : Path or mapping
        A file that was written from what `stamp` returns, or its content.

    Returns
    -------
    list of str
        Empty if the results are up to date; `UNKNOWN` alone if they were never stamped.
    """
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


def digests(
    roots: Iterable[str], params: Mapping[str, Any], root: Path = ROOT
) -> dict[str, str | None]:
    """Digest stages, with all that they need, and files; None for what there is no longer."""
    roots = list(roots)
    known = graph.stages(root)
    needed = graph.upstream([name for name in known if name in roots or ALL in roots], known)
    values = graph.leaves(graph.load_yaml(graph.PARAMS, root)) | dict(params)
    code = Fingerprints(reader(root))
    found: dict[str, str | None] = {
        name: of_stage(known[name], values, code, root) for name in known if name in needed
    }
    return found | {name: _of_file(name, code, root) for name in roots if name not in {*known, ALL}}


def of_stage(
    stage: graph.Stage, values: Mapping[str, Any], code: Fingerprints, root: Path = ROOT
) -> str:
    """Digest all that decides what a stage computes from its data."""
    versions = graph.load_yaml(graph.VERSIONS, root)
    kept = {
        name: value
        for name, value in values.items()
        if any(graph.is_in(name, section) for section in stage.params)
    }
    written = [dep for dep in sorted(stage.data) if dep.startswith("stages/")]
    read = [_of_written(dep, values["download.dataset"], root) for dep in written]
    content = (
        code.of(stage.code),
        stage.arguments,
        sorted(kept.items()),
        sorted((name, versions[name]) for name in stage.libraries),
        read,
    )
    return shorten(json.dumps(content))


def _of_written(path: str, dataset: str, root: Path) -> Any:
    """Content of what lies beside the code; of all datasets only the one in use counts."""
    if path == DATASETS:
        return graph.load_yaml(f"{path}/{dataset}.yaml", root)
    files = sorted((root / path).iterdir()) if (root / path).is_dir() else [root / path]
    return {file.name: shorten(file.read_text(encoding="utf-8")) for file in files}


def _of_file(path: str, code: Fingerprints, root: Path) -> str | None:
    if not path.endswith(".py"):
        return _locked(root).get(path)
    if not (root / path).is_file():
        return None
    if path.startswith("stages/"):
        return code.of([path])
    # Of the project's modules that it imports only the names count.
    read = reader(root)
    return Fingerprints(lambda name: read(name) if name == path else read(name) and "").of([path])


def _locked(root: Path) -> dict[str, str]:
    """Digests of all outputs of dvc.lock, by path."""
    stages = graph.load_yaml("dvc.lock", root)["stages"].values()
    return {out["path"]: shorten(out["md5"]) for stage in stages for out in stage["outs"]}


def reader(root: Path) -> Reader:
    """Read files of a folder by path, as `Fingerprints` wants it."""

    def read(path: str) -> str | None:
        file = root / path
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return read
