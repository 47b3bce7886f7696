"""Draw one picture from results; the only stage that imports matplotlib."""

import csv
import functools
import importlib
import importlib.util
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import files
from mnist_clustering.errors import InputError
from mnist_clustering.figures import canvas as page
from stages import common

OUTPUT = "plots/{}.png"
LIBRARIES = ("numpy", "matplotlib", "pillow")
USAGE = "call it as dvc.yaml does: python -m stages.draw NAME MODULE --ARGUMENT PATH ..."


def main(*words: str) -> None:
    """Load the results of a drawing, draw them and write the PNG.

    A function with keyword-only parameters gets the params of the drawing's section of ``draw``.
    """
    name, module, paths = parse(words)
    draw = importlib.import_module(module).draw
    own = check_arguments(draw, paths)
    params = common.load_params("draw", "dpi", *([name] if own else []))
    results = {argument: load(path) for argument, path in paths.items()}
    png = page.render(functools.partial(draw, **results, **params.get(name, {})), params["dpi"])
    with files.output(OUTPUT.format(name)) as temporary:
        temporary.write_bytes(png)


def parse(words: Sequence[str]) -> tuple[str, str, dict[str, Path]]:
    """Read the command line: name, module, and the path of each result by argument.

    Raises
    ------
    InputError
        If words are missing, or if there is no such module.
    """
    name, module, *rest = words if len(words) > 1 else ("", "")
    options, paths = rest[::2], rest[1::2]
    if not name or len(options) > len(paths) or not all(map(_OPTION, options)):
        raise InputError(f"the words {' '.join(words)!r} name no drawing: {USAGE}")
    path = f"mnist_clustering.figures.{module}"
    if not module.isidentifier() or not importlib.util.find_spec(path):
        raise InputError(f"there is no module {module!r}: {USAGE}")
    return name, path, {option[2:]: Path(path) for option, path in zip(options, paths, strict=True)}


def check_arguments(draw: Callable[..., Any], paths: Mapping[str, Path]) -> bool:
    """Check that each result is an argument of a function; return whether it takes params too.

    Raises
    ------
    InputError
        If the function takes no such result, or needs another one.
    """
    parameters = inspect.signature(draw).parameters.values()
    takes = {p.name: p.default is p.empty for p in parameters if p.kind != p.KEYWORD_ONLY}
    if not {name for name, needed in takes.items() if needed} <= set(paths) <= set(takes):
        given = f"{', '.join(takes)}, not {', '.join(paths) or 'none'}"
        raise InputError(f"{draw.__module__}.draw takes the results {given}: {USAGE}")
    return len(takes) < len(parameters)


def load(path: Path) -> Any:
    """Read a result by its kind: an array, arrays, a table, JSON, or a folder of these by name."""
    if path.is_dir():
        return {member.stem: load(member) for member in sorted(path.glob("[!.]*"))}
    return _READERS[path.suffix](path)


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return dict(archive)


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _read_table(path: Path) -> dict[str, NDArray[Any]]:
    """Read a table by columns: numbers, NaN where a cell is empty or "none"; or else texts."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {name: _column(cells) for name, cells in zip(header, columns, strict=True)}


def _column(cells: tuple[str, ...]) -> NDArray[Any]:
    try:
        numbers = [float(cell) if cell not in ("", "none") else np.nan for cell in cells]
    except ValueError:
        return np.array(cells)
    return np.array(numbers, dtype=np.float64)


_OPTION = re.compile(r"--[a-z]\w*").fullmatch
_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": np.load,
    ".npz": _read_arrays,
    ".json": _read_json,
    ".csv": _read_table,
}

if __name__ == "__main__":
    common.run(main, LIBRARIES)
