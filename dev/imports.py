"""Imports of the stages' code, read from its syntax without running it."""

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def imports(path: str) -> Iterator[str]:
    """Yield the dotted names of all modules that a file imports, also inside functions."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def first_party(path: str) -> set[str]:
    """Return the files of this project that a file imports."""
    files = (f"{name.replace('.', '/')}.py" for name in imports(path))
    return {file for file in files if (ROOT / file).is_file()}


def third_party(paths: Iterable[str]) -> set[str]:
    """Return the distributions that files import, without the standard library."""
    tops = {name.partition(".")[0] for path in paths for name in imports(path)}
    other_names = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml"}
    return {other_names.get(top, top) for top in tops - sys.stdlib_module_names - {"stages"}}


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


def closure(paths: Iterable[str]) -> set[str]:
    """Return files together with all files of this project that they import, even indirectly."""
    reached: set[str] = set()
    new = set(paths)
    while new:
        reached |= new
        new = {file for path in new for file in first_party(path)} - reached
    return reached


def constants(path: str) -> dict[str, ast.expr]:
    """Return the module-level constants of a script, unevaluated."""
    assignments = (node for node in _tree(path).body if isinstance(node, ast.Assign))
    named = ((node.targets[0], node.value) for node in assignments)
    return {
        target.id: value
        for target, value in named
        if isinstance(target, ast.Name) and target.id.isupper()
    }


@functools.cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))
