"""Each stage runs on its declared inputs alone, and reads every one of them."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from dev import graph
from tests.support import clones
from tests.support.forks import TRACE


@pytest.mark.parametrize("name", graph.stages())
def test_a_stage_needs_what_it_declares_and_nothing_else(name, finished, tmp_path):
    reference, _ = finished
    stage = graph.stages(reference)[name]
    folder = tmp_path / "sealed"
    params = fill(folder, stage, reference)
    before = files(folder)
    done = clones.warm().run(
        folder,
        [f"stages.{stage.script}", *stage.arguments],
        clones.ENVIRONMENT | {TRACE: str(tmp_path / "trace.json")},
    )
    assert done.returncode == 0, f"with all declared inputs: {done.stderr}"
    outs = {file for out in stage.outs for file in graph.contents(out, reference)}
    assert files(folder) - before == outs
    for out in outs:
        assert (folder / out).read_bytes() == (reference / out).read_bytes(), out

    trace = json.loads((tmp_path / "trace.json").read_text())
    opened = {folder / path for path in trace["opened"]}
    needless = {
        dep for dep in stage.deps if not any(p.is_relative_to(folder / dep) for p in opened)
    }
    needless |= {
        name for name in params if not any(graph.is_in(name, key) for key in trace["params"])
    }
    assert not needless, "declared, but the stage does without"


def files(folder):
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


def fill(folder: Path, stage: graph.Stage, reference: Path) -> list[str]:
    """Lay out the declared inputs of a stage, and return its params."""
    noted = json.loads((reference / f"data/code/{stage.script}.json").read_text(encoding="utf-8"))
    # Which params a stage reads, not how they are checked, decides what it writes.
    for dep in {*noted["modules"], *stage.deps, graph.SCHEMA}:
        source, target = reference / dep, folder / dep
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
        for compiled in source.parent.glob(f"__pycache__/{source.stem}.*"):
            (target.parent / "__pycache__").mkdir(exist_ok=True)
            shutil.copy2(compiled, target.parent / "__pycache__")
    given = graph.leaves(graph.load_yaml(graph.PARAMS, reference))
    params = {
        name: value
        for name, value in given.items()
        if any(graph.is_in(name, key) for key in stage.params)
    }
    if params and graph.PARAMS not in stage.deps:
        text = yaml.safe_dump(graph.nested(params))
        (folder / graph.PARAMS).write_text(text, encoding="utf-8")
    return list(params)
