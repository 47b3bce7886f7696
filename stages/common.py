"""What all stages share: validated params, library versions, atomic outputs, progress.

Every stage depends on this file, so an edit here re-runs everything: keep it small.
"""

import csv
import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import yaml
from tqdm import tqdm

from stages.methods.errors import InputError

PARAMS = Path("params.yaml")
SCHEMA = Path("params.schema.json")
VERSIONS = Path("stages/versions.yaml")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def load_params(section: str, *keys: str) -> dict[str, Any]:
    """Read one section of ``params.yaml`` and validate it against ``params.schema.json``.

    Parameters
    ----------
    section : str
        A top-level key of ``params.yaml``.
    *keys : str
        The keys that the stage declares; by default the whole section.

    Returns
    -------
    dict
        The values, with the types and ranges stated in the schema.

    Raises
    ------
    InputError
        If a key is missing or unknown, or if a value is not allowed by the schema.
    """
    given: Any = yaml.safe_load(PARAMS.read_text(encoding="utf-8")) or {}
    whole = json.loads(SCHEMA.read_text(encoding="utf-8"))
    schema = whole["properties"][section] | {"$defs": whole["$defs"]}
    values = given.get(section)
    if keys:
        schema = schema | {"required": list(keys)}
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(values), key=_depth)
    if errors:
        raise InputError(_sentence(section, errors[0]))
    return {key: values[key] for key in keys} if keys else dict(values)


def _depth(error: jsonschema.ValidationError) -> tuple[int, str, bool]:
    # A misspelt key is reported as both unknown and missing: the unknown one says more.
    unknown = error.validator == "additionalProperties"
    return len(error.absolute_path), error.json_path, not unknown


def _sentence(section: str, error: jsonschema.ValidationError) -> str:
    """Write one sentence: what was given, what is allowed and where to change it."""
    name = ".".join([section, *map(str, error.absolute_path)])
    schema: Any = error.schema
    given: Any = error.instance
    if error.validator == "additionalProperties":
        patterns = schema.get("patternProperties", {})
        known = sorted(schema["properties"]) + sorted(patterns)
        named = {key for key in given if any(re.search(pattern, key) for pattern in patterns)}
        unknown = sorted(set(given) - named - set(known))
        return f"params.yaml: {name} has no param {', '.join(unknown)}: it takes {', '.join(known)}"
    if error.validator == "required":
        return f"params.yaml: {name} lacks a param: {error.message}; see params.schema.json"
    return f"params.yaml: {name} is {given!r}, but it must be {schema['description']}"


def check_versions(libraries: Sequence[str]) -> None:
    """Refuse to compute with library versions other than those in the cache key.

    Raises
    ------
    InputError
        If an installed version differs from ``stages/versions.yaml``.
    """
    pinned = yaml.safe_load(VERSIONS.read_text(encoding="utf-8")) if libraries else {}
    for library in libraries:
        if version(library) != str(pinned.get(library)):
            raise InputError(
                f"{library} {version(library)} is installed, but results are cached for "
                f"{library} {pinned.get(library)}: install requirements.lock"
            )


def threads() -> int:
    """Return the number of threads to use, which never changes a result.

    It is ``OMP_NUM_THREADS`` if set, or else the number of available cores.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def output(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path to write to, which is renamed to ``path`` on success.

    Parameters
    ----------
    path : str or Path
        The output; its folder is created if missing.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def save_array(path: str | Path, array: np.ndarray) -> None:
    """Write one array as ``.npy``."""
    with output(path) as temporary, temporary.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)


def save_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Write named arrays as ``.npz``, like `numpy.savez` but without timestamps."""
    with output(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _ZIP_EPOCH), buffer.getvalue())


def save_json(path: str | Path, value: Any) -> None:
    """Write a JSON file, with keys in the order given."""
    with output(path) as temporary:
        text = json.dumps(value, indent=2, allow_nan=False) + "\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")


def save_table(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file with one header line."""
    with output(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def progress(
    iterable: Iterable[Any] | None = None, *, total: int | None = None, description: str = ""
) -> Any:
    """Show a progress bar (`tqdm.tqdm`) if standard error is a terminal."""
    return tqdm(iterable, total=total, desc=description, disable=None, leave=False)


def run(main: Callable[..., None], libraries: Sequence[str] = ()) -> None:
    """Run a stage: check library versions, call ``main``, print errors as one sentence.

    Parameters
    ----------
    main : callable
        Takes the command-line arguments.
    libraries : sequence of str
        The distributions that the stage computes with, as declared in ``dvc.yaml``.
    """
    name = Path(sys.argv[0]).stem
    try:
        check_versions(libraries)
        main(*sys.argv[1:])
    except (InputError, OSError) as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted; the next dvc repro starts this stage again")
