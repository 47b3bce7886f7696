"""Pictures drawn from results, several at a time, in processes of their own."""

import csv
import functools
import importlib
import inspect
import json
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering import files, resources
from mnist_clustering.figures import canvas
from stages.drawings import OUTPUT, Drawing

# What is to be drawn, by name: processes that are forked know it without being sent it.
_jobs: dict[str, Callable[[], bytes]] = {}


@contextmanager
def drawn(group: Mapping[str, Drawing], load_params: Callable[..., Any]) -> Iterator[None]:
    """Draw pictures, in a process for each core; what the block does is done meanwhile.

    A function with keyword-only parameters gets the params of the drawing's section of ``draw``,
    which `stages.common.load_params` reads.
    """
    for name, drawing in group.items():
        draw = importlib.import_module(f"mnist_clustering.figures.{drawing.module}").draw
        parameters = inspect.signature(draw).parameters.values()
        own = [name] if any(each.kind == each.KEYWORD_ONLY for each in parameters) else []
        params = load_params("draw", "dpi", *own)
        results = {argument: load(Path(path)) for argument, path in drawing.inputs.items()}
        figure = functools.partial(draw, **results, **params.get(name, {}))
        _jobs[name] = functools.partial(canvas.render, figure, params["dpi"])
    with multiprocessing.get_context("fork").Pool(resources.threads(), _ignore_interrupts) as pool:
        # Those that show images or have many panels stand last, and take longest: they come first.
        pictures = pool.imap_unordered(render, reversed(list(group)))
        yield
        for name, png in pictures:
            with files.output(OUTPUT.format(name)) as temporary:
                temporary.write_bytes(png)


def _ignore_interrupts() -> None:
    # One sentence is enough: that of the process which waits for the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def render(name: str) -> tuple[str, bytes]:
    """Draw one picture: its name, and the PNG."""
    return name, _jobs[name]()


@functools.cache
def load(path: Path) -> Any:
    """Read a result by its kind: an array, arrays, a table or JSON."""
    return _READERS[path.suffix](path)


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return dict(archive)


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _read_table(path: Path) -> dict[str, NDArray[Any]]:
    """Read a table by columns: numbers, NaN where a cell is empty; or texts, as labels are."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {name: _column(name, cells) for name, cells in zip(header, columns, strict=True)}


def _column(name: str, cells: tuple[str, ...]) -> NDArray[Any]:
    texts = np.array(cells, dtype=np.str_)
    if name in ("actual", "predicted") or name.endswith("label"):
        return texts  # As a number, 01 would be 1.
    try:
        return (np.where(texts == "", "nan", texts) if "" in cells else texts).astype(np.float64)
    except ValueError:
        return texts


_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": functools.partial(np.load, mmap_mode="r"),
    ".npz": _read_arrays,
    ".json": _read_json,
    ".csv": _read_table,
}
