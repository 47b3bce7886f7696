"""Validate params.schema.json, params.yaml against it, and the dataset's description."""

import json
import sys
from pathlib import Path

import jsonschema
import yaml

from mnist_clustering.errors import InputError
from mnist_clustering.sources import description
from stages import common, download


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
    found = [f"params.yaml: {misfit}" for misfit in common.misfits(params, schema)]
    try:
        if dataset := params.get("download", {}).get("dataset"):
            description.load(dataset)
    except InputError as error:
        found.append(str(error))
    return found


if __name__ == "__main__":
    if found := faults():
        sys.exit("\n".join(found))
    # The stage says so too, but not where DVC takes its outputs from the cache.
    download.warn(
        yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["download"]["dataset"]
    )
