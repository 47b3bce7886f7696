"""Digests of code: what is in a module besides comments and docstrings.

The stage ``code`` writes them down, one file a script, on which the stages of that script depend.
Each stage looks again when it begins and when it ends (`stages.unchanged`).
"""

import time
from collections.abc import Iterable
from pathlib import Path

from mnist_clustering import files
from mnist_clustering.errors import InputError

# What numbers and pictures depend on; libraries that read, check and show are left out.
LIBRARIES = (
    *("llvmlite", "matplotlib", "numba", "numpy"),
    *("openTSNE", "pillow", "scikit-learn", "scipy"),
)
# A digest is computed once for each state of a file. DVC keeps this folder out of git.
_KNOWN = Path(".dvc/tmp/digests.json")
# A file that changed so recently may change again without another time: nanoseconds.
_FRESH = 2_000_000_000


def of(paths: Iterable[str]) -> dict[str, str]:
    """Return the digest of each module by its path; what is missing is left out."""
    try:
        known = files.load_json(_KNOWN)
    except (OSError, ValueError):
        known = {}
    found, new = {}, dict[str, list[int | str]]()
    for path in paths:
        try:
            state = Path(path).stat()
        except FileNotFoundError:
            continue
        now = [state.st_size, state.st_mtime_ns]
        noted = known.get(path)
        if noted is None or noted[:2] != now:
            noted = [*now, _digest(path)]
            if time.time_ns() - state.st_mtime_ns > _FRESH:
                new[path] = noted
        found[path] = noted[2]
    if new:
        _remember(known | new)
    return found


def _digest(path: str) -> str:
    import hashlib

    text = Path(path).read_text(encoding="utf-8")
    return hashlib.md5(essence(text).encode()).hexdigest()


def _remember(known: dict[str, list[int | str]]) -> None:
    if _KNOWN.parent.is_dir():
        try:
            files.save_json(_KNOWN, known)
        except (OSError, InputError):
            return  # Another process was first, or the disk is full: it is computed again.


def essence(text: str) -> str:
    r"""Return a module's text without docstrings, comments and empty lines.

    Unlike a dump of the syntax tree it is the same under every version of Python.

    Examples
    --------
    >>> essence('"\""Doc."\""\n\nx = "#"  # why\n')
    'x = "#"'
    """
    import ast
    import io
    import tokenize

    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            first, last = docstring.lineno - 1, int(docstring.end_lineno or 0) - 1
            behind = lines[last].encode()[docstring.end_col_offset :].decode()
            lines[first : last + 1] = [
                lines[first][: docstring.col_offset] + behind,
                *[""] * (last - first),
            ]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def installed() -> dict[str, str]:
    """Return the versions of the installed `LIBRARIES`, as the names of their folders have them.

    `importlib.metadata` finds the same, but takes longer to import than some stages to run.
    """
    import sys

    known = {name.lower().replace("-", "_"): name for name in LIBRARIES}
    found = {}
    for folder in reversed(sys.path):
        if folder and Path(folder).is_dir():
            for entry in Path(folder).glob("*.dist-info"):
                name, _, version = entry.stem.partition("-")
                if name.lower() in known:
                    found[known[name.lower()]] = version
    return found
