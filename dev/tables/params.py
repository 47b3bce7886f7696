"""Tables of the params: what each may be, and what it runs again."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from dev import graph
from dev.tables.markdown import table

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
}


def params(root: Path) -> str:
    """Lay out every param by stage: default, type, range and meaning."""
    schema = graph.load_yaml(graph.SCHEMA, root)
    text = (root / graph.PARAMS).read_text(encoding="utf-8")
    defaults, meanings = yaml.safe_load(text), dict(_comments(text))
    known = dict(graph.described(schema))
    tables = []
    for section, values in defaults.items():
        rows = []
        for name, default in graph.leaves(values, f"{section}.").items():
            allowed = _allowed(graph.schema_of(name, known))
            rows.append((f"`{name}`", f"`{_plain(default)}`", *allowed, meanings[name]))
        laid_out = table("param | default | type | range | meaning", rows)
        description = schema["properties"][section]["description"]
        tables.append(f"#### `{section}`: {description}\n\n{laid_out}")
    return "\n".join(tables)


def _comments(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each param and the comment behind it, on one line or several."""
    above: list[str] = []
    name, comment = "", ""
    for line in text.splitlines():
        found = re.match(r"( *)(\w+):([^#]*)(?:# (.*))?$", line)
        if found:
            if comment:
                yield name, comment
            above[len(found[1]) // 2 :] = [found[2]]
            name, comment = ".".join(above), found[4] or ""
        elif comment and (more := re.match(r" +# (.*)$", line)):
            comment += f" {more[1]}"
    yield name, comment


def _allowed(schema: Any) -> tuple[str, str]:
    """Say the type and the range of a param, from the keys that the check itself reads."""
    if "anyOf" in schema:
        kinds, ranges = zip(*map(_allowed, schema["anyOf"]), strict=True)
        return " or ".join(kinds), ", ".join(filter(None, ranges))
    if "const" in schema:
        return f"`{schema['const']}`", ""
    if "enum" in schema:
        return "choice", ", ".join(f"`{option}`" for option in schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_TYPES.get(kind, f"`{kind}`") for kind in types), _range(schema)


def _range(schema: Any) -> str:
    if "pattern" in schema:
        return f"`{schema['pattern']}`"
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    if "exclusiveMinimum" in schema:
        return f"above {schema['exclusiveMinimum']}, to {high}"
    if low is None or (high is None and "minLength" in schema):
        return ""
    unit = " characters" if "minLength" in schema else ""
    return f"{low} to {high}{unit}" if high is not None else f"{low} or more"


def _plain(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


# The stages that read a param, and those that follow.
Effect = tuple[tuple[str, ...], tuple[str, ...]]


def runs(root: Path) -> str:
    """Lay out the stages that each param runs again, params with the same effect in one row."""
    stages = {name: own for name, own in graph.stages(root).items() if name != graph.CODE}
    names = graph.leaves(graph.load_yaml(graph.PARAMS, root))
    effects = {name: _effect(name, stages) for name in names}
    rows, before = [], dict[tuple[str, ...], str]()
    for param, (readers, followers) in _rows("", effects):
        then = before.get(followers) or _listed(followers, set(stages) - set(readers), stages)
        if len(followers) > 3:
            before.setdefault(followers, f"as for `{param}`")
        rows.append((f"`{param}`", _names(readers), then))
    return table("param | runs | and then", rows)


def _effect(param: str, stages: Mapping[str, graph.Stage]) -> Effect:
    readers = [
        name
        for name, stage in stages.items()
        if any(graph.is_in(param, section) for section in stage.params)
    ]
    reached = graph.downstream(readers, stages)
    return tuple(readers), tuple(name for name in stages if name in reached - set(readers))


def _rows(prefix: str, effects: Mapping[str, Effect]) -> Iterator[tuple[str, Effect]]:
    """Yield a section by the effect of most params directly in it, then those that differ."""
    sections: dict[str, dict[str, Effect]] = {}
    for name, effect in effects.items():
        key = prefix + name.removeprefix(prefix).partition(".")[0]
        sections.setdefault(key, {})[name] = effect
    for key, inner in sections.items():
        of_all = list(inner.values())
        if len(set(of_all)) == 1:
            yield key, of_all[0]
            continue
        direct = [effect for name, effect in inner.items() if name.rpartition(".")[0] == key]
        common: Effect = ((), ())
        if len(direct) > 1:
            common = max(direct, key=direct.count)
            yield key, common
        rest = _rows(f"{key}.", inner)
        yield from ((name, effect) for name, effect in rest if effect != common)


def _listed(followers: Sequence[str], others: set[str], stages: Mapping[str, graph.Stage]) -> str:
    """List stages, or those that are left out where these are fewer."""
    left = [name for name in stages if name in others - set(followers)]
    if not left:
        return "all"
    return f"all but {_names(left)}" if len(left) < len(followers) else _names(followers)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
