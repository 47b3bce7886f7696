"""Place new images onto the fitted map: cluster, digit and position, or "not a digit".

Pictures are brought into MNIST's form first; arrays must be in it already.
"""

import argparse
import contextlib
import csv
import io
import json
import math
import os
import sys
import tokenize
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.methods.errors import InputError

HERE = Path(__file__).resolve().parent
MODEL = HERE / "models/model.npz"
COLUMNS = ("file", "image", "label", "cluster", "x", "y", "distance", "reason")
SHAPE = (28, 28)
NOT_A_DIGIT = "not a digit"
# How files begin that hold images: NPY, IDX of bytes, PNG, JPEG.
STARTS = (b"\x93NUMPY", b"\x00\x00\x08", b"\x89PNG", b"\xff\xd8")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status.

    Parameters
    ----------
    words : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0, or 1 if a file could not be used (the others still are).
    """
    parser = _parser()
    options = parser.parse_args(words)
    if options.json == options.csv == "-":
        parser.error("--json and --csv cannot both go to standard output")
    try:
        _spare_images(path for path in (options.json, options.csv) if path)
        sources, complaints = _read_all(options.files)
        if sources:
            _write(predict(sources, load_model(Path(options.model))), options)
    except BrokenPipeError:
        # Whoever read the table has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (InputError, OSError) as error:
        complaints = [str(error)]
    for complaint in complaints:
        print(f"predict: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="predict.py",
        description="Place new images onto the fitted map: the cluster and the digit of each, its "
        "position, its distance to the nearest training image (in units of the features), or "
        '"not a digit" and why.',
        epilog="A picture shows one digit, dark on light or light on dark, of any size. An array "
        "(IDX or NPY) holds n images of 28 x 28 bytes in MNIST's form: light on dark, fitted into "
        "20 x 20 pixels and centred by mass.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="PNG, JPEG, IDX or NPY")
    parser.add_argument("--json", metavar="FILE", help="write JSON there; - is standard output")
    parser.add_argument("--csv", metavar="FILE", help="write CSV there; - is standard output")
    parser.add_argument("--model", metavar="FILE", default=str(MODEL), help="default: %(default)s")
    return parser


def load_model(path: Path) -> Any:
    """Read the fitted model; nothing in the file is executed.

    Parameters
    ----------
    path : Path
        An output of the stage ``bundle``.

    Returns
    -------
    stages.methods.model.Model

    Raises
    ------
    InputError
        If there is no model, or it cannot be read.
    """
    from stages.methods.prediction import model

    if not path.is_file():
        raise InputError(
            f"the fitted model {path} is missing: make it by `make repro`, or fetch it by "
            "`dvc pull`"
        )
    try:
        if not zipfile.is_zipfile(path):
            raise InputError("no archive of arrays")
        with np.load(path, allow_pickle=False) as arrays:
            return model.from_arrays({name: arrays[name] for name in arrays.files})
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path} is not a fitted model ({error}): make it anew by `make repro`"
        ) from None


def read(path: Path) -> tuple[np.ndarray, list[str | None]]:
    """Read the images of one file in MNIST's form.

    Parameters
    ----------
    path : Path

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
    flaws : list of str or None
        Why a picture shows no drawing; None for all else.

    Raises
    ------
    InputError
        If the content is none of the four kinds, damaged or of another shape.
    """
    data = path.read_bytes()
    readers = (_read_npy, _read_idx, _read_picture, _read_picture)
    for start, reader in zip(STARTS, readers, strict=True):
        if data.startswith(start):
            return reader(data, str(path))
    raise InputError(f"{path} is neither a picture (PNG, JPEG) nor an array (IDX, NPY)")


def _read_npy(data: bytes, name: str) -> tuple[np.ndarray, list[str | None]]:
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, SyntaxError, tokenize.TokenError, MemoryError) as error:
        raise InputError(f"{name} is damaged or holds no plain numbers: {error}") from None
    return _check(array, name)


def _read_idx(data: bytes, name: str) -> tuple[np.ndarray, list[str | None]]:
    from stages.methods.data import idx

    return _check(idx.decode(data, name), name)


def _check(array: np.ndarray, name: str) -> tuple[np.ndarray, list[str | None]]:
    """Refuse arrays of other shapes and types than MNIST's."""
    if (
        array.dtype != np.uint8
        or array.ndim < 2
        or array.shape[1:] not in (SHAPE, (math.prod(SHAPE),))
    ):
        raise InputError(
            f"{name} holds {array.dtype} of shape {array.shape}, but images are uint8 of shape "
            "(n, 28, 28) or (n, 784)"
        )
    if not len(array):
        raise InputError(f"{name} holds no images")
    return array.reshape(-1, *SHAPE), [None] * len(array)


def _read_picture(data: bytes, name: str) -> tuple[np.ndarray, list[str | None]]:
    from stages.methods.prediction import handwriting, pictures

    drawing = handwriting.normalise(pictures.decode(data, name))
    return drawing.image[None], [drawing.flaw]


Source = tuple[str, np.ndarray, list[str | None]]


def _read_all(files: Sequence[str]) -> tuple[list[Source], list[str]]:
    """Read what can be read, and collect a sentence on each file that cannot."""
    sources: list[Source] = []
    complaints = []
    for file in files:
        try:
            sources.append((file, *read(Path(file))))
        except InputError as error:
            complaints.append(str(error))
        except OSError as error:
            complaints.append(f"{file} cannot be read: {error.strerror or error}")
    return sources, complaints


def predict(sources: Sequence[Source], fitted: Any) -> list[dict[str, Any]]:
    """Place the images of all files.

    Parameters
    ----------
    sources : sequence of (name, images, flaws)
        As from `read`.
    fitted : stages.methods.model.Model

    Returns
    -------
    list of dict
        For each image: file, image (its number in the file), label, cluster, x, y, distance (to
        the nearest training image), reason, neighbors (numbers of the nearest training images).
        Label and cluster are None where there is a reason why the image is not a digit.
    """
    from stages import common
    from stages.methods.prediction import model

    placed = model.apply(
        fitted, np.concatenate([images for _, images, _ in sources]), common.threads()
    )
    flaws = [flaw for _, _, own in sources for flaw in own]
    names = [(file, number) for file, own, _ in sources for number in range(len(own))]
    results = []
    for row, ((file, number), flaw) in enumerate(zip(names, flaws, strict=True)):
        reason = flaw or placed.reasons[row]
        cluster = int(placed.clusters[row])
        # The shortest decimals that stand for the float32, as NumPy writes them.
        x, y = (float(str(value)) for value in placed.positions[row])
        results.append(
            {
                "file": file,
                "image": number,
                "label": None if reason else fitted.names[cluster],
                "cluster": None if reason else cluster,
                "x": x,
                "y": y,
                "distance": round(math.sqrt(placed.distances[row, 0]), 6),
                "reason": reason,
                "neighbors": placed.neighbors[row].tolist(),
            }
        )
    return results


def _spare_images(outputs: Iterable[str]) -> None:
    """Refuse to write over images, such as those of a file that was taken for an option's."""
    for output in outputs:
        if Path(output).is_file():
            with open(output, "rb") as file:
                if file.read(max(map(len, STARTS))).startswith(STARTS):
                    raise InputError(f"{output} holds images: name another file to write to")


def _write(results: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Write the outputs asked for, and the table unless standard output is taken."""
    for path, lay_out in ((options.json, _json), (options.csv, _csv)):
        if path == "-":
            sys.stdout.write(lay_out(results))
        elif path:
            _save(Path(path), lay_out, results)
    if "-" not in (options.json, options.csv):
        print(_table(results))
    sys.stdout.flush()


def _save(
    path: Path, lay_out: Callable[[list[dict[str, Any]]], str], results: list[dict[str, Any]]
) -> None:
    from stages import common

    if path.exists() and not path.is_file():
        # A device or a pipe is written to; a file with its name would take its place.
        path.write_text(lay_out(results), encoding="utf-8", newline="")
        return
    with common.output(path) as temporary:
        temporary.write_text(lay_out(results), encoding="utf-8", newline="")


def _json(results: list[dict[str, Any]]) -> str:
    return json.dumps(results, indent=2, ensure_ascii=False) + "\n"


def _csv(results: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(results)
    return text.getvalue()


def _table(results: list[dict[str, Any]]) -> str:
    """Lay the results out in columns for people."""
    rows = [COLUMNS]
    for result in results:
        digit = NOT_A_DIGIT if result["reason"] else _or_dash(result["label"])
        numbers = [f"{result['x']:.2f}", f"{result['y']:.2f}", f"{result['distance']:.3f}"]
        rows.append(
            (
                result["file"],
                str(result["image"]),
                digit,
                _or_dash(result["cluster"]),
                *numbers,
                result["reason"] or "",
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if column in (0, 7) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _or_dash(value: int | None) -> str:
    return "-" if value is None else str(value)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit("predict: interrupted")
