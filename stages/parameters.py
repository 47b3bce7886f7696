"""``params.yaml``: read it, and check it against ``params.schema.json``."""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mnist_clustering import files
from mnist_clustering.errors import InputError

PARAMS = Path("params.yaml")
SCHEMA = Path("params.schema.json")
# DVC leaves in params.yaml what -S set, also where the run failed. Git may take the file for
# unchanged, for DVC notes its time: hence touch.
BACK = "edit it, or take back what -S set: touch params.yaml && git checkout params.yaml"
# The state of both files that was found good last. DVC keeps this folder out of git.
_GOOD = Path(".dvc/tmp/params.json")


def load() -> dict[str, Any]:
    """Read all params, each of which is allowed; a stage need not have those of others.

    Raises
    ------
    InputError
        If there is no such file, if it is no YAML, or if a value is unknown or not allowed by the
        schema: whichever stage reads it, so that the first one refuses what a later one would.
    """
    text, schema = read(), SCHEMA.read_bytes()
    given = parse(text)
    state = {"md5": hashlib.md5(text.encode() + schema).hexdigest()}
    try:
        good = files.load_json(_GOOD) == state
    except (OSError, ValueError):
        good = False
    if not good:
        if sentence := next(faults(given, json.loads(schema)), ""):
            raise InputError(sentence)
        if _GOOD.parent.is_dir():
            files.save_json(_GOOD, state)
    return given


def load_section(section: str, *keys: str) -> dict[str, Any]:
    """Read params of one section, the named ones or all; refuse one that lacks some."""
    given = load()
    schema = json.loads(SCHEMA.read_bytes())["properties"][section]
    values = given.get(section)
    if not isinstance(values, Mapping):
        raise InputError(f"params.yaml has no section {section}; {BACK}")
    wanted = keys or schema["required"]
    if missing := [*_missing({**schema, "required": wanted}, values)]:
        raise InputError(f"params.yaml: {section} lacks {', '.join(missing)}; {BACK}")
    return {key: values[key] for key in keys} if keys else dict(values)


def _missing(
    schema: Mapping[str, Any], values: Mapping[str, Any], prefix: str = ""
) -> Iterator[str]:
    """Yield the params that a section lacks, by dotted name below it."""
    for key in schema.get("required", []):
        if key not in values:
            yield f"{prefix}{key}"
        elif isinstance(values[key], Mapping):
            yield from _missing(schema["properties"][key], values[key], f"{prefix}{key}.")


def read() -> str:
    """Return the text of ``params.yaml``; refuse if there is none."""
    try:
        return PARAMS.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{PARAMS} is missing; have it back by git checkout {PARAMS}") from None
    except UnicodeDecodeError:
        raise InputError(f"{PARAMS} is not in UTF-8; {BACK}") from None


def parse(text: str) -> dict[str, Any]:
    """Read the text of ``params.yaml``; refuse what is no YAML with a section for each stage."""
    try:
        given = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        what = error.problem or error.context
        raise InputError(f"{PARAMS} is no YAML: {place}: {what}; {BACK}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{PARAMS} is no YAML: {' '.join(str(error).split())}; {BACK}") from None
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        what = "empty" if given is None else f"{type(given).__name__} instead of sections by name"
        raise InputError(f"{PARAMS} is {what}; {BACK}")
    return given


def faults(
    given: Mapping[str, Any], schema: Mapping[str, Any], *, whole: bool = False
) -> Iterator[str]:
    """Find what the schema does not allow, in one sentence each; the least deep first.

    Parameters
    ----------
    whole : bool
        Whether a missing param is a fault, too.
    """
    import jsonschema  # Slow to import, and needed once for each state of the params.

    errors = jsonschema.Draft202012Validator(schema).iter_errors(given)
    for error in sorted(errors, key=_depth):
        if whole or error.validator != "required":
            yield _sentence(error)
    for misfit in _misfits(given, schema):
        yield f"{PARAMS}: {misfit}; {BACK}"


def _misfits(given: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Find params that are too large for others, by the ``relations`` of the schema.

    Each says that ``factor`` times the param named ``smaller`` is at most the one named
    ``larger``. What is missing or no number fits.
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


def _depth(error: Any) -> tuple[int, str, bool]:
    # A misspelt key is reported as both unknown and missing: the unknown one says more.
    unknown = error.validator == "additionalProperties"
    return len(error.absolute_path), error.json_path, not unknown


def _sentence(error: Any) -> str:
    """Write one sentence: what was given, what is allowed and where to change it."""
    name = ".".join(map(str, error.absolute_path))
    schema: Any = error.schema
    given: Any = error.instance
    if error.validator == "additionalProperties":
        patterns = schema.get("patternProperties", {})
        known = sorted(schema["properties"]) + sorted(patterns)
        named = {key for key in given if any(re.search(pattern, key) for pattern in patterns)}
        unknown = ", ".join(sorted(set(given) - named - set(known)))
        there = f"{name} has no param" if name else "there is no section"
        return f"{PARAMS}: {there} {unknown}: it takes {', '.join(known)}; {BACK}"
    if error.validator == "required":
        lack = f"{name} lacks a param" if name else "a section is missing"
        return f"{PARAMS}: {lack}: {error.message}; {BACK}"
    return f"{PARAMS}: {name} is {given!r}, but it must be {schema['description']}; {BACK}"
