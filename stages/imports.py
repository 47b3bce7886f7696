"""Which modules import which, read from the syntax of the code without running it."""

import ast
import functools
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement

from mnist_clustering.errors import InputError
from stages.digests import LIBRARIES

FOLDERS = ("stages", "mnist_clustering")
LOCK = "requirements.lock"
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow"}


def imported(path: str) -> Iterator[str]:
    """Yield the dotted names of all modules that a file imports, also inside functions.

    Raises
    ------
    InputError
        If an import is relative, or if the file is no Python.
    """
    try:
        nodes: list[ast.AST] = [ast.parse(Path(path).read_text(encoding="utf-8"))]
    except SyntaxError as error:
        raise InputError(f"{path} is no Python: line {error.lineno}: {error.msg}") from None
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            nodes += node.orelse  # The body is read by type checkers alone.
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise InputError(f"{path} has a relative import: write it with the package's name")
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func) == "importlib.import_module"
        ):
            # Of a name that is put together, every module of the folder counts; not where the
            # package, which writes import_module alone, loads for its users what no stage needs.
            yield ast.unparse(node.args[0])[2:].partition(".{")[0] + ".*"


class Imports:
    """Which modules of `FOLDERS` import which."""

    def __init__(self) -> None:
        paths = [path for folder in FOLDERS for path in Path(folder).rglob("*.py")]
        self.names = {path.as_posix(): set(imported(path.as_posix())) for path in sorted(paths)}
        self.direct = {path: set(self._modules(names)) for path, names in self.names.items()}

    def _modules(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the files that names stand for, and those of the packages around them."""
        for name in names:
            parts = name.split(".")
            if parts[-1] == "*":
                folder = Path(*parts[:-1])
                yield from (path for path in self.names if Path(path).parent == folder)
            for end in range(1, len(parts) + 1):
                stem = "/".join(parts[:end])
                yield from {f"{stem}.py", f"{stem}/__init__.py"} & self.names.keys()

    def scripts(self) -> list[str]:
        """List the scripts of the stages, all of which run by `stages.common`."""
        return [path for path, own in self.direct.items() if "stages/common.py" in own]

    def closure(self, path: str) -> set[str]:
        """Return a module with all those that it imports, even indirectly."""
        reached, new = set[str](), {path, *self._modules([path.replace("/", ".")])}
        while new:
            reached |= new
            new = set().union(*(self.direct[module] for module in new)) - reached
        return reached

    def libraries(self, paths: Iterable[str]) -> set[str]:
        """Return those of `LIBRARIES` that modules import, with those that these compute with."""
        tops = {name.partition(".")[0] for path in paths for name in self.names[path]}
        known = {name.lower(): name for name in LIBRARIES}
        found, new = set[str](), {_DISTRIBUTIONS.get(top, top) for top in tops} & set(LIBRARIES)
        while new:
            found |= new
            names = set().union(*map(_required, new))
            new = {known[name] for name in names & set(known)} - found
        return found


@functools.cache
def _required(name: str) -> frozenset[str]:
    """Names of the distributions that one requires, in lower case, those of extras left out."""
    try:
        items = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError as error:
        raise InputError(f"{error.name} is not installed: install {LOCK}") from None
    return frozenset(item.name.lower() for item in items if "extra" not in str(item.marker))


def pinned(text: str) -> dict[str, str]:
    """Read the versions of `LIBRARIES` from the text of requirements.lock."""
    versions = (line.split()[0].split("==") for line in text.splitlines() if "==" in line[:60])
    known = {name.lower(): rest[0] for name, *rest in versions if rest}
    return {name: known[name.lower()] for name in LIBRARIES}
