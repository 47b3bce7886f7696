"""Validate params.schema.json, and params.yaml against it."""

import json
import sys
from pathlib import Path

import jsonschema
import yaml

from stages import common


def faults() -> list[str]:
    """Return one sentence for each fault."""
    schema = json.loads(Path("params.schema.json").read_text(encoding="utf-8"))
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator
    try:
        validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return [f"params.schema.json: {error.json_path}: {error.message}"]
    errors = [*validator(schema).iter_errors(params)]
    if errors:
        return [f"params.yaml: {error.json_path}: {error.message}" for error in errors]
    return [f"params.yaml: {misfit}" for misfit in common.misfits(params, schema)]


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or None)
