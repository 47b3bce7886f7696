"""The stages of dvc.yaml as DVC itself resolves them."""

from dev.graph import (
    CODE,
    PARAMS,
    ROOT,
    SCHEMA,
    Stage,
    contents,
    downstream,
    is_in,
    leaves,
    load_yaml,
    nested,
    stages,
)

__all__ = [
    "CODE",
    "PARAMS",
    "ROOT",
    "SCHEMA",
    "Stage",
    "contents",
    "downstream",
    "is_in",
    "leaves",
    "load_yaml",
    "nested",
    "stages",
]
