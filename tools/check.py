"""Check params.yaml against its schema and dvc.yaml against DVC's, before anything runs."""

import json
import sys
from pathlib import Path

import jsonschema
import yaml
from dvc.repo import Repo


def main() -> None:
    """Print every fault and exit with 1 if there is one."""
    schema = json.loads(Path("params.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    faults = [
        f"params.yaml: {error.json_path}: {error.message}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(params)
    ]
    with Repo() as repo:
        # Resolving the graph checks names, templates, overlapping outputs and cycles.
        stages = sorted(stage.addressing for stage in repo.index.stages)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"params.yaml fits its schema; dvc.yaml has {len(stages)} stages")


if __name__ == "__main__":
    main()
