"""Descriptions of datasets: read, checked against their schema, and told in one sentence if broken.

All faults that can be seen without a byte of data are found here, before anything is fetched.
"""

from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mnist_clustering import files
from mnist_clustering.errors import InputError
from mnist_clustering.sources import kinds

DATASETS = Path("datasets")
SCHEMA = "description.schema.json"
# What idx files are called, whatever dataset they belong to.
IDX = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_COMMON = ("title", "licence", "citation", "kind", "form")
# What each kind of content needs, and what it takes besides.
_KINDS = {
    "idx": (("files", "sources"), ("classes", "first_label", "transposed")),
    "pictures": (("folder",), ("digest", "labels")),
    "arrays": (("files", "sources"), ("shape",)),
    "embeddings": (("files", "sources"), ("folder",)),
}
_DEFAULTS = {"kind": "idx", "form": "handwriting"}
_UNKNOWN_TO_GIT = (
    "; an experiment with --temp or --queue sees only files that git tracks: "
    "git add datasets/{}.yaml"
)


def load(name: str, folder: Path = DATASETS) -> dict[str, Any]:
    """Read ``datasets/NAME.yaml`` and check it; "kind" and "form" are filled in.

    Raises
    ------
    InputError
        If there is no dataset of this name, or its description is broken.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))
        hint = _UNKNOWN_TO_GIT.format(name)
        raise InputError(f"download.dataset is {name!r}, but {folder} has {known}{hint}")
    try:
        given: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise InputError(f"{path} cannot be read as YAML: {said}") from None
    schema = files.load_json(folder / SCHEMA)
    try:
        _check(given, schema)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return _DEFAULTS | given


def _check(given: Any, schema: Any) -> None:
    """Raise an error of one sentence for the first fault of a description."""
    kind = given.get("kind", "idx") if isinstance(given, dict) else "idx"
    required, optional = _KINDS.get(kind, ((), tuple(schema["properties"])))
    taken = {key: schema["properties"][key] for key in (*_COMMON, *required, *optional)}
    own = schema | {"required": list(required), "properties": taken}
    if errors := list(jsonschema.Draft202012Validator(own).iter_errors(given)):
        raise InputError(_sentence(min(errors, key=_depth), kind))
    for entry in given.get("sources", ()):
        kinds.make(entry)
    if kind == "idx":
        _check_names(given["files"])


def _check_names(files: dict[str, str]) -> None:
    names = [name.removesuffix(".gz") for name in files]
    missing = [name for name in IDX if name not in names]
    unknown = [name for name in files if name.removesuffix(".gz") not in IDX]
    if missing or unknown:
        fault = f"lack {', '.join(missing)}" if missing else f"have {', '.join(unknown)}"
        raise InputError(
            f"its files {fault}, but idx is these four, with .gz added where the digest is that of "
            f"the packed file: {', '.join(IDX)}"
        )


def _depth(error: jsonschema.ValidationError) -> tuple[int, str]:
    return len(error.absolute_path), error.json_path


def _sentence(error: jsonschema.ValidationError, kind: str) -> str:
    name = ".".join(map(str, error.absolute_path))
    schema: Any = error.schema
    given: Any = error.instance
    if error.validator == "required":
        missing = next(key for key in schema["required"] if key not in given)
        what = schema["properties"][missing]["description"]
        return f"it lacks {missing}, which {kind} needs: {what}"
    if error.validator == "additionalProperties":
        unknown = ", ".join(sorted(map(str, set(given) - set(schema["properties"]))))
        return f"it has {unknown}, but {kind} takes {', '.join(schema['properties'])}"
    shown = "empty" if given in ("", None, [], {}) else repr(given)
    return f"{name or 'it'} is {shown}, but it must be {schema['description']}"
