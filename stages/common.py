"""What all stages share: validated params, library versions, atomic outputs, progress.

Every stage depends on this file, so an edit here re-runs everything: keep it small.
"""

import inspect
import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mnist_clustering import files, resources
from mnist_clustering.errors import InputError

PARAMS = Path("params.yaml")
SCHEMA = Path("params.schema.json")
VERSIONS = Path("stages/versions.yaml")
# DVC leaves in params.yaml what -S set, also where the run failed. Git may take the file for
# unchanged, for DVC notes its time: hence touch.
BACK = "edit it, or take back what -S set: touch params.yaml && git checkout params.yaml"


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
        If a value is missing, unknown or not allowed by the schema: in this section, or in any
        other, so that the first stage of a run refuses what a later one would.
    """
    given: Any = yaml.safe_load(PARAMS.read_text(encoding="utf-8")) or {}
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    own = schema["properties"][section] | {"$defs": schema.get("$defs", {})}
    values = given.get(section)
    if keys:
        own = own | {"required": list(keys)}
    errors = sorted(jsonschema.Draft202012Validator(own).iter_errors(values), key=_depth)
    if errors:
        raise InputError(_sentence(section, errors[0]))
    check_params(given, schema)
    return {key: values[key] for key in keys} if keys else dict(values)


def check_params(given: Any, schema: dict[str, Any]) -> None:
    """Check all params that there are, whichever stage reads them; a missing one is no fault.

    Parameters
    ----------
    given : dict
        The content of ``params.yaml``.
    schema : dict
        The content of ``params.schema.json``.

    Raises
    ------
    InputError
        If a value is outside what the schema allows, a name is unknown, or two values do not fit.
    """
    found = [
        error
        for error in jsonschema.Draft202012Validator(schema).iter_errors(given)
        if error.validator != "required"
    ]
    if found:
        raise InputError(_sentence("", min(found, key=_depth)))
    for misfit in misfits(given, schema):
        raise InputError(f"params.yaml: {misfit}; {BACK}")


def misfits(given: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Find params that are too large for others, by the ``relations`` of the schema.

    Parameters
    ----------
    given : dict
        The content of ``params.yaml``; what is missing or no number fits.
    schema : dict
        The content of ``params.schema.json``. Each relation says that ``factor`` times the param
        named ``smaller`` is at most the one named ``larger``.

    Yields
    ------
    str
        A sentence.
    """
    for relation in schema.get("relations", []):
        smaller, larger = (
            given.get(section, {}).get(key)
            for section, key in (relation[name].split(".") for name in ("smaller", "larger"))
        )
        if isinstance(smaller, int | float) and isinstance(larger, int | float):
            least = math.floor(relation.get("factor", 1) * smaller)
            if larger < least:
                yield (
                    f"{relation['smaller']} is {smaller}, for which {relation['larger']} must be "
                    f"{least} or more, but it is {larger}"
                )


def _depth(error: jsonschema.ValidationError) -> tuple[int, str, bool]:
    # A misspelt key is reported as both unknown and missing: the unknown one says more.
    unknown = error.validator == "additionalProperties"
    return len(error.absolute_path), error.json_path, not unknown


def _sentence(section: str, error: jsonschema.ValidationError) -> str:
    """Write one sentence: what was given, what is allowed and where to change it."""
    name = ".".join(filter(None, [section, *map(str, error.absolute_path)]))
    schema: Any = error.schema
    given: Any = error.instance
    if error.validator == "additionalProperties":
        patterns = schema.get("patternProperties", {})
        known = sorted(schema["properties"]) + sorted(patterns)
        named = {key for key in given if any(re.search(pattern, key) for pattern in patterns)}
        unknown = ", ".join(sorted(set(given) - named - set(known)))
        there = f"{name} has no param" if name else "there is no section"
        return f"params.yaml: {there} {unknown}: it takes {', '.join(known)}; {BACK}"
    if error.validator == "required":
        return f"params.yaml: {name} lacks a param: {error.message}; {BACK}"
    return f"params.yaml: {name} is {given!r}, but it must be {schema['description']}; {BACK}"


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


def run(main: Callable[..., None], libraries: Sequence[str] = ()) -> None:
    """Run a stage: check library versions, call ``main``, print errors as one sentence.

    Parameters
    ----------
    main : callable
        Takes the command-line arguments.
    libraries : sequence of str
        The distributions that the stage computes with, as declared in ``dvc.yaml``.
    """
    name, words = Path(sys.argv[0]).stem, sys.argv[1:]
    _answer(name, words, main)
    resources.keep_memory()
    try:
        check_versions(libraries)
        main(*words)
    except MemoryError as error:
        sys.exit(
            f"{name}: out of memory ({error or 'no more to be had'}): close other programs, or "
            "take fewer images by split.train_size"
        )
    except OSError as error:
        if error.errno in files.FULL:
            sys.exit(f"{name}: no space left on the disk ({error}): make room, and run it again")
        sys.exit(f"{name}: {error}")
    except InputError as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted; the next dvc repro starts this stage again")


def _answer(name: str, words: Sequence[str], main: Callable[..., None]) -> None:
    """End with a stage's usage if it is asked for, or if the words are not those it takes."""
    signature = inspect.signature(main)
    module = ".".join(Path(sys.argv[0]).with_suffix("").parts[-2:])
    takes = " ".join(["usage: python -m", module, *map(str.upper, signature.parameters)])
    if {"-h", "--help"} & set(words):
        # As `python -m` runs it, the script is the module of this name.
        print(f"{takes}\n\n{sys.modules['__main__'].__doc__ or ''}".rstrip())
        sys.exit(0)
    try:
        signature.bind(*words)
    except TypeError:
        sys.exit(f"{name}: {' '.join(words) or 'nothing'} is not what it takes; {takes}")
