"""The command that places new images onto the fitted map, here and where the wheel is installed.

Pictures are brought into the form of the model's own first, which for MNIST is that of its digits;
arrays must be in it already.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_clustering import resources
from mnist_clustering.errors import InputError
from mnist_clustering.findings import answers as findings
from mnist_clustering.images.collection import expand
from mnist_clustering.images.form import EMBEDDING, FRAME, SCENE
from mnist_clustering.model import output
from mnist_clustering.model.answers import (
    Row,
    add_labels,
    load_model,
    predict,
    refused,
    summary,
)
from mnist_clustering.model.fitted import Model
from mnist_clustering.model.queries import Source, read_all, read_vectors

# With so many images, what became of them is also told beside JSON or CSV on standard output.
MANY = 20
SUSPECTS = "suspects.csv"


def main(words: Sequence[str] | None = None, model: Path = Path("model.npz")) -> int:
    """Run the command line; return its exit status.

    Parameters
    ----------
    words : sequence of str, optional
        By default those of the process.
    model : Path
        The model where the words name none.

    Returns
    -------
    int
        0, or 1 if a file could not be used (the others still are).
    """
    unread = sys.stdout is None
    resources.replace_closed_streams()
    parser = _parser(model)
    options = parser.parse_args(words)
    if unread and "-" in (options.json, options.csv, options.html):
        parser.error("standard output is closed: name a file in place of -")
    if [options.json, options.csv, options.html].count("-") > 1:
        parser.error("only one of --json, --csv and --html can go to standard output")
    try:
        complaints = _run(options)
    except BrokenPipeError:
        # Whoever read the table has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (InputError, OSError) as error:
        complaints = [str(error)]
    except KeyboardInterrupt:
        complaints = ["interrupted"]
    for complaint in complaints:
        print(f"predict: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def _parser(model: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Place new images onto the fitted map: the cluster and the digit of each, its "
        "position, its distance to the nearest training image (squared differences of gradients, "
        'summed; the root of it), or "not a digit" and why.',
        epilog="A picture (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF and more) shows one digit, dark "
        "on light or light on dark, of any size, in any pen. An array (NPY, NPZ, IDX, CSV, "
        "Parquet) holds n images; those of 28 x 28 are in MNIST's form already: light on dark, "
        "fitted into 20 x 20 pixels and centred by mass; for a model of embeddings, n vectors. A "
        "folder stands for the pictures and "
        "arrays below it, a .tar for its pictures, a list of paths (.txt, or .csv with a column "
        "path) for these, - for standard input.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="picture, array, folder or -")
    parser.add_argument("--json", metavar="FILE", help="write JSON there; - is standard output")
    parser.add_argument("--csv", metavar="FILE", help="write CSV there; - is standard output")
    parser.add_argument("--html", metavar="FILE", help="write a page that shows each image")
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="score by these, and list suspect ones: CSV (file,label), or an array",
    )
    parser.add_argument("--many", action="store_true", help="cut several digits of a picture apart")
    parser.add_argument("--model", metavar="FILE", default=str(model), help="default: %(default)s")
    return parser


def _run(options: argparse.Namespace) -> list[str]:
    """Read, place and write; return a sentence on each file that could not be used."""
    for path in (options.json, options.csv, options.html):
        output.spare_images(path)
    files, notes = expand(options.files)
    for note in notes:
        print(f"predict: {note}", file=sys.stderr)
    fitted = load_model(Path(options.model))
    if options.many and fitted.form in (FRAME, SCENE):
        raise InputError(
            f"--many cuts drawings apart, but {fitted.dataset} is of whole pictures: leave it out"
        )
    if fitted.form == EMBEDDING and (options.many or options.html):
        raise InputError(
            f"--many and --html show pictures, but {fitted.dataset} is of vectors: leave them out"
        )
    if fitted.form == EMBEDDING:
        sources, complaints = read_vectors(files, fitted)
    else:
        sources, complaints = read_all(
            files, options.many, bool(options.html), fitted.form, fitted.paper
        )
    for source in sources:
        if source.note:
            print(f"predict: {source.file}: {source.note}", file=sys.stderr)
    if sources:
        rows = predict(sources, fitted)
        if options.labels:
            add_labels(rows, Path(options.labels))
        _write(rows, sources, fitted, options)
        if options.labels:
            _write_suspects(rows, fitted, options)
    return complaints


def _write(
    rows: list[Row], sources: list[Source], fitted: Model, options: argparse.Namespace
) -> None:
    """Write the outputs asked for, and the table unless standard output is taken."""
    header = output.columns(rows, options.many)
    outputs: list[tuple[str | None, Callable[[], str]]] = [
        (options.json, lambda: output.as_json(rows, header)),
        (options.csv, lambda: output.as_csv(rows, header)),
        (options.html, lambda: _page(rows, sources, fitted, Path(options.model))),
    ]
    for path, lay_out in outputs:
        if path == "-":
            sys.stdout.write(lay_out())
        elif path:
            output.save(Path(path), lay_out())
    told = summary(rows, fitted)
    if "-" not in (options.json, options.csv, options.html):
        print(output.as_table(rows, header, refused(fitted)), told, sep="\n\n")
    elif len(rows) > MANY or options.labels:
        print(f"predict: {told}", file=sys.stderr)
    sys.stdout.flush()


def _write_suspects(rows: list[Row], fitted: Model, options: argparse.Namespace) -> None:
    """Say which labels are suspect; list them beside the first file that was asked for."""
    found = findings.suspects(rows, fitted)
    told = findings.sentence(found, rows, fitted)
    beside = [path for path in (options.csv, options.json, options.html) if path not in (None, "-")]
    if beside and found:
        path = Path(beside[0]).with_name(SUSPECTS)
        output.save(path, output.as_csv(found, findings.COLUMNS))
        told += f": {path}"
    print(f"predict: {told}", file=sys.stderr)


def _page(rows: list[Row], sources: list[Source], fitted: Model, path: Path) -> str:
    from mnist_clustering.pages import predictions as page

    return page.page(rows, sources, fitted, page.training_images(path, fitted))
