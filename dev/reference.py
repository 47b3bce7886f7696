"""Digests of the outputs of small runs, committed: what every machine is to arrive at."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dev.verify import Digests, digests
from dev.workspace import temporary_copy
from mnist_clustering import files
from stages.workspace import ROOT, repro

DIGITS = ROOT / "dev/digits.json"


def load(path: Path) -> Digests:
    """Read the digest of every output, by stage and path."""
    outputs = json.loads(path.read_text(encoding="utf-8"))["outputs"]
    return {(stage, out): md5 for stage, outs in outputs.items() for out, md5 in outs.items()}


def make(path: Path, overrides: Mapping[str, Any]) -> None:
    """Run the pipeline with other params in a temporary copy; write the digests of its outputs.

    What the DVC cache of the workspace has of earlier runs is not computed again.
    """
    outputs: dict[str, dict[str, str]] = {}
    with temporary_copy(overrides) as folder:
        repro(folder)
        for (stage, out), md5 in digests(folder).items():
            outputs.setdefault(stage, {})[out] = md5
    files.save_json(path, {"params": dict(overrides), "outputs": outputs})
