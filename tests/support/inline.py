"""All stages in this process, one after the other: quicker than DVC, where it is not tested."""

import hashlib
import importlib
import shutil
from pathlib import Path

import yaml

from dev import graph
from stages.workspace import set_params
from tests.support import clones

# As small as the smallest sets; few iterations, for only the way through is tested.
TINY = clones.SMALL | {
    "split.train_size": None,
    "split.test_size": None,
    "recluster.k": "auto",
    "features.pixel_components": 12,
}
SCHEMA = "datasets/description.schema.json"
# What stages read and no stage writes, of this project and not of a dataset.
GIVEN = ("explorer", "dev/studies/results/maps.npz")


def lay_out(folder, name, described, labels="path,label\n", **overrides):
    """Write a workspace with one dataset in it, and go there."""
    (folder / "datasets").mkdir(parents=True)
    for path in ("params.yaml", "params.schema.json"):
        shutil.copy(graph.ROOT / path, folder / path)
    shutil.copy(graph.ROOT / SCHEMA, folder / SCHEMA)
    for path in GIVEN:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (graph.ROOT / path).is_dir() else shutil.copy
        copy(graph.ROOT / path, folder / path)
    text = described if isinstance(described, str) else yaml.safe_dump(described)
    (folder / f"datasets/{name}.yaml").write_text(text)
    (folder / "labels.csv").write_text(labels)
    set_params(folder / "params.yaml", TINY | {"download.dataset": name} | overrides)


def run(*names):
    """Run stages in the current folder: those that are named, or all."""
    for stage in graph.stages().values():
        if stage.name in names or not (names or stage.name == graph.CODE):
            importlib.import_module(f"stages.{stage.script}").main(*stage.arguments)
            missing = [path for path in stage.outs if not Path(path).exists()]
            assert not missing, f"{stage.name} left out {missing}"


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
