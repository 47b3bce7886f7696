"""Digests of code that stay the same while only comments, docstrings, format or paths change.

A digest is computed from the syntax tree and from the digests of the project's modules that the
code imports. The same digest therefore means the same program; another one need not mean another.
"""

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

# Returns the text of a file by its path from the root of the project, or None if there is none.
Reader = Callable[[str], str | None]
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_LENGTH = 16


class Fingerprints:
    """Digests of the files of one state of the project.

    Parameters
    ----------
    read : callable
        How to read that state.
    """

    def __init__(self, read: Reader) -> None:
        self.read = read
        self._known: dict[str, str | None] = {}

    def of(self, paths: Iterable[str]) -> str:
        """Digest files as a set: neither their order nor their names count.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        SyntaxError
            If a file is not Python.
        """
        found = {path: self._of_file(path) for path in paths}
        if missing := sorted(path for path, digest in found.items() if digest is None):
            raise FileNotFoundError(f"there is no {', '.join(missing)} to take the digest of")
        return shorten("\n".join(sorted(set(map(str, found.values())))))

    def _of_file(self, path: str) -> str | None:
        if path not in self._known:
            text = self.read(path)
            # A circle of imports, which this project has none of, would end here by name.
            self._known[path] = None if text is None else path
            if text is not None:
                self._known[path] = shorten(self._dump(ast.parse(text)))
        return self._known[path]

    def _dump(self, tree: ast.Module) -> str:
        modules = self._modules(tree)
        if not any(_reads_docstrings(node) for node in ast.walk(tree)):
            for node in ast.walk(tree):
                if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False):
                    del node.body[0]
        return self._node(tree, modules)

    def _modules(self, tree: ast.Module) -> dict[str, str]:
        """Map names of imported modules of the project to their digests.

        A name that is used for something else too, such as a parameter, is left out.
        """
        nodes = list(ast.walk(tree))
        imported = [
            (alias.asname or alias.name, digest)
            for node in nodes
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if (digest := self._of_module(f"{node.module}.{alias.name}"))
        ]
        other = {node.arg for node in nodes if isinstance(node, ast.arg)}
        other |= {
            n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        }
        other |= {n.name for n in nodes if isinstance(n, _DOCUMENTED[1:])}
        names = [name for name, _ in imported]
        return {n: d for n, d in imported if n not in other and names.count(n) == 1}

    def _of_module(self, name: str) -> str | None:
        return self._of_file(f"{name.replace('.', '/')}.py")

    def _node(self, value: Any, modules: dict[str, str]) -> str:
        """Write a tree out, alike under every version of Python: without what is empty."""
        if isinstance(value, ast.Constant):
            return f"Constant({value.value!r})"
        if isinstance(value, ast.Name) and value.id in modules:
            return f"Module({modules[value.id]})"
        if isinstance(value, ast.AST):
            fields = [
                f"{name}={self._node(field, modules)}"
                for name, field in ast.iter_fields(value)
                if field is not None and field != []
            ]
            return f"{type(value).__name__}({', '.join(fields)})"
        if isinstance(value, list):
            return f"[{', '.join(self._items(value, modules))}]"
        return repr(value)

    def _items(self, values: list[Any], modules: dict[str, str]) -> Iterator[str]:
        """Write the items of a list out, each run of import statements in order of content."""
        for imports, run in groupby(values, lambda v: isinstance(v, ast.Import | ast.ImportFrom)):
            if imports:
                yield from sorted(line for node in run for line in self._import(node, modules))
            else:
                yield from (self._node(value, modules) for value in run)

    def _import(self, node: Any, modules: dict[str, str]) -> Iterator[str]:
        for alias in node.names:
            bound = alias.asname or alias.name
            if isinstance(node, ast.Import):
                yield f"import {self._of_module(alias.name) or ''} {alias.name} as {bound}"
            elif bound in modules:
                yield f"import {modules[bound]}"
            elif digest := self._of_module(f"{node.module}.{alias.name}"):
                yield f"import {digest} as {bound}"
            else:
                source = self._of_module(str(node.module)) or node.module
                yield f"from {source} import {alias.name} as {bound}"


def _reads_docstrings(node: ast.AST) -> bool:
    name = getattr(node, "id", None) or getattr(node, "attr", None)
    return name in ("__doc__", "getdoc")


def shorten(text: str) -> str:
    """Return the first 64 bits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
