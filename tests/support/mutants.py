"""The stages of dvc.yaml without any one thing that a stage is said to read or write."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tests.support import graph

KEYS = ("deps", "params", "libraries", "outs", "cached", "metrics", "plots")


def mutants(
    stages: Mapping[str, graph.Stage],
) -> Iterator[tuple[str, dict[str, graph.Stage]]]:
    """Yield what is missing, and all stages without it.

    Each mutant is what DVC resolves without a line of dvc.yaml, or less: a line of a template is
    missing in one of its stages. A path below ``outs``, ``metrics`` or ``plots`` goes with all
    that is said of it. Where just that is missing, an output has become another kind of output,
    or is kept by DVC instead of git.
    """
    for name, stage in stages.items():
        for key in KEYS:
            for entry in sorted(getattr(stage, key)):
                for what, mutant in _without(stage, key, entry):
                    yield f"{name}: {entry} of {what}", {**stages, name: mutant}
            if getattr(stage, key):
                empty = type(getattr(stage, key))()
                yield f"{name}: all {key}", {**stages, name: replace(stage, **{key: empty})}


def _without(stage: graph.Stage, key: str, entry: str) -> Iterator[tuple[str, graph.Stage]]:
    if key == "params":
        left = tuple(name for name in stage.params if name != entry)
        yield key, replace(stage, params=left)
    else:
        yield key, replace(stage, **{key: getattr(stage, key) - {entry}})
    if key == "outs":
        kinds = {kind: getattr(stage, kind) - {entry} for kind in KEYS[3:]}
        yield "outs and all kinds", replace(stage, **kinds)
        if entry not in stage.cached:
            yield "cache: false", replace(stage, cached=stage.cached | {entry})
