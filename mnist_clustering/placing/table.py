"""One table of all images, made of finished blocks in their order, and a summary of it."""

import csv
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mnist_clustering.errors import InputError
from mnist_clustering.files import output, save_table
from mnist_clustering.images.parquet import require_pyarrow
from mnist_clustering.model.output import COLUMNS
from mnist_clustering.placing.blocks import Block, Done, Job, load, names

Label = Any
Write = Callable[[list[list[Any]]], None]
FORMATS = ("csv", "parquet")


def write(path: Path, job: Job, found: Sequence[Done], labels: Sequence[Label]) -> dict[str, Any]:
    """Write the table, CSV or Parquet, a row for each image, and an extra one of damaged images.

    Parameters
    ----------
    found : sequence of Done
        All blocks, in order.
    labels : sequence
        The label of each cluster, or None.

    Returns
    -------
    dict
        How many images there are, with which labels, and why the others have none.
    """
    given: Counter[Label] = Counter()
    refused: Counter[str] = Counter()
    damaged = []
    with _WRITERS[path.suffix](path, labels) as write_columns:
        for done in found:
            block = load(Path(done.path))
            if block is None:
                raise InputError(f"{done.path} has gone or is damaged: type the same command again")
            columns = _columns(names(job, done.number), block, labels)
            write_columns(columns)
            files, numbers, named, *_, reasons = columns
            given.update(name for name, reason in zip(named, reasons, strict=True) if not reason)
            bad = block.damaged.tolist()
            refused.update(r for r, is_bad in zip(reasons, bad, strict=True) if r and not is_bad)
            rows = zip(files, numbers, reasons, bad, strict=True)
            damaged += [row[:3] for row in rows if row[3]]
    list_of_damaged = path.with_name("damaged.csv")
    list_of_damaged.unlink(missing_ok=True)
    if damaged:
        save_table(list_of_damaged, ("file", "image", "reason"), damaged)
    return {
        "images": sum(done.n for done in found),
        "labels": {str(name): given[name] for name in sorted(given, key=str)},
        "refused": dict(sorted(refused.items())),
        "damaged": len(damaged),
    }


def _columns(
    sources: Sequence[tuple[str, int]], block: Block, labels: Sequence[Label]
) -> list[list[Any]]:
    """Lay a block out as `predict.predict` does, a list for each of its columns."""
    reasons, clusters = block.reasons, block.clusters.tolist()
    # The shortest decimals that stand for the float32, as NumPy writes them.
    x, y = (
        [None if bad else float(str(value)) for value, bad in zip(axis, reasons, strict=True)]
        for axis in block.positions.T
    )
    distances = [
        None if squared < 0 else round(math.sqrt(squared), 6)
        for squared in block.distances.tolist()
    ]
    known = [None if reason else c for c, reason in zip(clusters, reasons, strict=True)]
    return [
        [file for file, _ in sources],
        [number for _, number in sources],
        [None if cluster is None else labels[cluster] for cluster in known],
        known,
        x,
        y,
        distances,
        list(reasons),
    ]


@contextmanager
def _csv(path: Path, _: Sequence[Label]) -> Iterator[Write]:
    with output(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        yield lambda columns: writer.writerows(zip(*columns, strict=True))


@contextmanager
def _parquet(path: Path, labels: Sequence[Label]) -> Iterator[Write]:
    pyarrow = require_pyarrow()
    label = pyarrow.string() if any(isinstance(name, str) for name in labels) else pyarrow.int64()
    types = (
        pyarrow.string(),
        pyarrow.int64(),
        label,
        pyarrow.int32(),
        pyarrow.float32(),
        pyarrow.float32(),
        pyarrow.float64(),
        pyarrow.string(),
    )
    schema = pyarrow.schema(list(zip(COLUMNS, types, strict=True)))
    with (
        output(path) as temporary,
        pyarrow.parquet.ParquetWriter(temporary, schema) as writer,
    ):
        yield lambda columns: writer.write_table(pyarrow.table(columns, schema=schema))


_WRITERS = {".csv": _csv, ".parquet": _parquet}
