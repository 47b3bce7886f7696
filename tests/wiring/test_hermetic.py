"""Each stage runs on its declared inputs alone, and on nothing less."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support import clones, graph
from tests.support.forks import STRANGE


@pytest.mark.parametrize("name", graph.stages())
def test_a_stage_needs_what_it_declares_and_nothing_else(name, finished, tmp_path):
    reference, _ = finished
    stage = graph.stages(reference)[name]
    folder = Sealed(tmp_path, stage, reference)
    before = folder.files()
    done = folder.run()
    assert done.returncode == 0, f"with all declared inputs: {done.stderr}"
    outs = {file for out in stage.outs for file in graph.contents(out, reference)}
    assert folder.files() - before == outs
    for out in outs:
        assert (tmp_path / out).read_bytes() == (reference / out).read_bytes(), out

    needless = []
    for missing in sorted(stage.deps | set(folder.params)):
        folder.fill(without=missing)
        done = folder.run()
        assert done.returncode != STRANGE, done.stderr
        assert "Traceback" not in done.stderr or missing in stage.data, done.stderr
        if done.returncode == 0:
            needless.append(missing)
    assert not needless, "declared, but the stage does without"


class Sealed:
    """A folder with the declared inputs of a stage, of which one may be missing."""

    def __init__(self, folder: Path, stage: graph.Stage, reference: Path) -> None:
        self.folder, self.stage, self.reference = folder, stage, reference
        params = graph.leaves(graph.load_yaml(graph.PARAMS, reference))
        self.params = {
            name: value
            for name, value in params.items()
            if any(graph.is_in(name, key) for key in stage.params)
        }
        self.fill()

    def run(self) -> subprocess.CompletedProcess[str]:
        return clones.warm().run(
            self.folder, [f"stages.{self.stage.script}", *self.stage.arguments]
        )

    def files(self) -> set[str]:
        files = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return {str(path) for path in files if "__pycache__" not in path.parts}

    def code(self) -> list[str]:
        """List the modules whose digests the stage depends on."""
        noted = self.reference / f"data/code/{self.stage.script}.json"
        return list(json.loads(noted.read_text(encoding="utf-8"))["modules"])

    def fill(self, without: str = "") -> None:
        """Empty the folder and lay out all inputs but one."""
        for member in self.folder.iterdir():
            shutil.rmtree(member) if member.is_dir() else member.unlink()
        # Which params a stage reads, not how they are checked, decides what it writes.
        shutil.copy(self.reference / graph.SCHEMA, self.folder)
        for dep in {*self.code(), *self.stage.deps} - {without}:
            source, target = self.reference / dep, self.folder / dep
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif without not in target.parts:
                shutil.copy2(source, target)
            for compiled in source.parent.glob(f"__pycache__/{source.stem}.*"):
                (target.parent / "__pycache__").mkdir(exist_ok=True)
                shutil.copy2(compiled, target.parent / "__pycache__")
        params = {name: value for name, value in self.params.items() if name != without}
        if params:
            text = yaml.safe_dump(graph.nested(params))
            (self.folder / graph.PARAMS).write_text(text, encoding="utf-8")
