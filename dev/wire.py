"""Write into dvc.yaml what follows from imports: code, libraries, and the deps of drawings."""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from dev import graph
from dev.imports import ROOT, closure, third_party, with_requirements

FILE = "dvc.yaml"
SUMMARY = "stages/pipeline.json"
VERSIONS = "stages/versions.yaml"
FIGURES = "mnist_clustering/figures/{}.py"
# Lines that are made anew; `wired` says where they stand.
_CODE = re.compile(r" *- (stages/[\w/]+\.py|\$\{item\.(deps\[\d+\]|params)\})\n")
_LIBRARIES = re.compile(r" *- stages/versions\.yaml:\n( +- [\w-]+\n)*")
_OF_ITEM = re.compile(r" {8}(deps:\n( {8}- .*\n)*|params: .*\n)")


def wired(text: str) -> str:
    """Return dvc.yaml with everything written anew that follows from imports.

    Parameters
    ----------
    text : str
        Of dvc.yaml. Comments, outputs, other params and the data that a stage reads stay.

    Returns
    -------
    str
        ``deps`` of each stage begins with its script, followed by all that it imports; ``params``
        ends with the libraries that this code computes with. Each drawing, an item of ``foreach``
        with ``module`` and ``inputs``, has ``deps`` and ``params`` of its own: DVC takes no list
        of varying length in a template, so a shorter one repeats its last entry.
    """
    stages = yaml.safe_load(text)["stages"]
    sections = re.split(r"(?m)^(?=  \w+:\n|\w)", text)
    return "".join(
        _stage(section, stages[name]) if (name := _key(section)) in stages else section
        for section in sections
    )


def _key(text: str) -> str:
    return text.partition(":")[0].strip(' "')


def _stage(text: str, stage: Any) -> str:
    drawings = {
        name: item
        for name, item in dict(stage.get("foreach", {})).items()
        if isinstance(item, dict) and "module" in item
    } if isinstance(stage.get("foreach"), dict) else {}  # fmt: skip
    script = script_of(stage.get("do", stage)["cmd"])
    closures = {name: closure([script, FIGURES.format(item["module"])])
                for name, item in drawings.items()} or {"": closure([script])}  # fmt: skip
    code = set.intersection(*closures.values())
    own = {
        name: [*sorted(closures[name] - code), *item["inputs"].values()]
        for name, item in drawings.items()
    }
    slots = max(map(len, own.values()), default=0)
    items, do, template = text.rpartition("    do:\n")
    for name, deps in own.items():
        items = _item(items, name, [*deps, *deps[-1:] * (slots - len(deps))])
    lists = [f"${{item.deps[{slot}]}}" for slot in range(slots)]
    libraries = _libraries(set.union(*closures.values()))
    return items + do + _lists(template, [*_in_order(script, code), *lists], libraries, slots > 0)


def script_of(command: str) -> str:
    """Return the script that a command runs: ``python -m stages.NAME ...``."""
    return f"{command.split()[2].replace('.', '/')}.py"


def _in_order(script: str, code: set[str]) -> list[str]:
    """List the script, then what stands beside it, then the rest by path."""
    return sorted(code, key=lambda path: (path != script, path.count("/") > 1, path))


def _libraries(code: Iterable[str]) -> list[str]:
    pinned = set(yaml.safe_load((ROOT / VERSIONS).read_text(encoding="utf-8")))
    return sorted(with_requirements(third_party(code), pinned))


def _item(text: str, name: str, deps: list[str]) -> str:
    """Write the deps and the params of one drawing below its other lines."""
    before, start, rest = text.partition(f"      {name}:\n")
    body = re.match(r"(?: {7,}.*\n)*", rest)
    assert body is not None
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["draw"]
    listed = "".join(f"        - {path}\n" for path in deps)
    made = f"        deps:\n{listed}        params: draw.{name if name in params else 'dpi'}\n"
    return before + start + _OF_ITEM.sub("", body[0]) + made + rest[body.end() :]


def _lists(text: str, code: list[str], libraries: list[str], drawings: bool) -> str:
    """Write the code into ``deps`` and the libraries into ``params`` of a stage or template."""
    indent = re.search(r"(?m)^( +)cmd:", text)
    assert indent is not None
    margin = indent[1]
    parts = re.split(rf"(?m)^(?={margin}\w)", text)
    if libraries and f"{margin}params:\n" not in parts and not any(
        part.startswith(f"{margin}params:") for part in parts
    ):  # fmt: skip
        place = next(i for i, part in enumerate(parts) if _key(part) == "deps") + 1
        parts.insert(place, f"{margin}params:\n")
    for i, part in enumerate(parts):
        if _key(part) == "deps":
            head, *kept = part.splitlines(keepends=True)
            made = [f"{margin}- {path}\n" for path in code]
            parts[i] = "".join([head, *made, *(line for line in kept if not _CODE.match(line))])
        elif _key(part) == "params":
            body = _LIBRARIES.sub("", part).rstrip("\n") + "\n"
            body = "".join(line for line in body.splitlines(True) if not _CODE.match(line))
            own = f"{margin}- ${{item.params}}\n" if drawings else ""
            listed = "".join(f"{margin}  - {name}\n" for name in libraries)
            parts[i] = f"{body}{own}{margin}- {VERSIONS}:\n{listed}" if libraries else body
            parts[i] += "\n" * (len(part) - len(part.rstrip("\n")) - 1)
    return "".join(parts)


def summary(stages: Mapping[str, graph.Stage]) -> str:
    """Describe stages and versions for the report, as JSON: dvc.yaml cannot be a dependency.

    Parameters
    ----------
    stages : mapping of str to Stage
    """
    found = {
        name: {
            "does": stage.does,
            "command": stage.command,
            "reads": sorted(stage.data),
            "writes": sorted(stage.outs),
        }
        for name, stage in stages.items()
    }
    versions = yaml.safe_load((ROOT / VERSIONS).read_text(encoding="utf-8"))
    return json.dumps({"stages": found, "versions": versions}, indent=1) + "\n"


def main(*, check: bool = False) -> None:
    """Bring dvc.yaml and its summary up to date and say what changed; or only check that they are.

    Raises
    ------
    SystemExit
        If it is to be checked and is not up to date.
    """
    changed = _renew(FILE, wired((ROOT / FILE).read_text(encoding="utf-8")), check=check)
    changed |= _renew(SUMMARY, summary(graph.stages()), check=check)
    if not changed:
        print(f"wire: {FILE} and {SUMMARY} are as they were")


def _renew(name: str, after: str, *, check: bool) -> bool:
    """Write a file unless it is so already; return whether it was not."""
    path = ROOT / name
    if path.is_file() and path.read_text(encoding="utf-8") == after:
        return False
    if check:
        sys.exit(f"wire: {name} is not what the imports of the stages tell: run make wire")
    path.write_text(after, encoding="utf-8", newline="\n")
    print(f"wire: {name} written anew")
    return True


if __name__ == "__main__":
    main(check="--check" in sys.argv)
