"""Check params.schema.json, params.yaml against it, and the dataset's description, before a run."""

import json
import sys

import jsonschema

from mnist_clustering.errors import InputError
from mnist_clustering.sources import description
from stages import download, parameters


def faults() -> list[str]:
    """Return one sentence for each fault."""
    schema = json.loads(parameters.SCHEMA.read_text(encoding="utf-8"))
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return [f"{parameters.SCHEMA}: {error.json_path}: {error.message}"]
    try:
        params = parameters.parse(parameters.read())
        if found := list(parameters.faults(params, schema, whole=True)):
            return found
        if dataset := params.get("download", {}).get("dataset"):
            description.load(dataset)
    except InputError as error:
        return [str(error)]
    return []


if __name__ == "__main__":
    if found := faults():
        sys.exit("\n".join(found))
    # The stage says so too, but not where DVC takes its outputs from the cache.
    download.warn(parameters.load()["download"]["dataset"])
