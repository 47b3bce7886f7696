"""The stages of dvc.yaml as DVC itself resolves them."""

from dev.graph import (
    PARAMS,
    ROOT,
    SCHEMA,
    VERSIONS,
    Stage,
    downstream,
    is_in,
    leaves,
    load_yaml,
    nested,
    stages,
)

__all__ = [
    "PARAMS",
    "ROOT",
    "SCHEMA",
    "VERSIONS",
    "Stage",
    "downstream",
    "is_in",
    "leaves",
    "load_yaml",
    "nested",
    "stages",
]
