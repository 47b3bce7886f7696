"""Each stage runs on its declared inputs alone, and on nothing less."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support import clones, graph
from tests.support.forks import STRANGE

# Compiled for more pairs of images, or read for images of another size, than the small run has.
LAZY = {
    "mnist_clustering/distortion/kernel.py",
    "mnist_clustering/images/handwriting.py",
    "mnist_clustering/images/paper.py",
    "mnist_clustering/images/parts.py",
}


@pytest.mark.parametrize("name", graph.stages())
def test_a_stage_needs_what_it_declares_and_nothing_else(name, finished, tmp_path):
    reference, _ = finished
    stage = graph.stages(reference)[name]
    folder = Sealed(tmp_path, stage, reference)
    before = folder.files()
    done = folder.run()
    assert done.returncode == 0, f"with all declared inputs: {done.stderr}"
    assert folder.files() - before == stage.outs
    for out in stage.outs:
        assert (tmp_path / out).read_bytes() == (reference / out).read_bytes(), out

    needless = []
    for missing in sorted(set(folder.inputs()) - LAZY):
        folder.fill(without=missing)
        done = folder.run()
        assert done.returncode != STRANGE, done.stderr
        if done.returncode == 0:
            needless.append(missing)
    assert not needless, "declared, but the stage does without"


class Sealed:
    """A folder with the declared inputs of a stage, of which one may be missing."""

    def __init__(self, folder: Path, stage: graph.Stage, reference: Path) -> None:
        self.folder, self.stage, self.reference = folder, stage, reference
        params = graph.leaves(graph.load_yaml(graph.PARAMS, reference))
        versions = graph.load_yaml(graph.VERSIONS, reference)
        self.params = {
            name: value
            for name, value in params.items()
            if any(graph.is_in(name, key) for key in stage.params)
        }
        self.versions = {name: versions[name] for name in stage.libraries}
        self.fill()

    def run(self) -> subprocess.CompletedProcess[str]:
        return clones.warm().run(
            self.folder, [f"stages.{self.stage.script}", *self.stage.arguments]
        )

    def inputs(self) -> list[str]:
        return sorted(self.stage.deps) + list(self.params) + list(self.versions)

    def files(self) -> set[str]:
        files = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return {str(path) for path in files if "__pycache__" not in path.parts}

    def fill(self, without: str = "") -> None:
        """Empty the folder and lay out all inputs but one."""
        for member in self.folder.iterdir():
            shutil.rmtree(member) if member.is_dir() else member.unlink()
        # Which params a stage reads, not how they are checked, decides what it writes.
        shutil.copy(self.reference / graph.SCHEMA, self.folder)
        for dep in self.stage.deps - {without}:
            source, target = self.reference / dep, self.folder / dep
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
            for compiled in source.parent.glob(f"__pycache__/{source.stem}.*"):
                (target.parent / "__pycache__").mkdir(exist_ok=True)
                shutil.copy2(compiled, target.parent / "__pycache__")
        params = {name: value for name, value in self.params.items() if name != without}
        versions = {name: value for name, value in self.versions.items() if name != without}
        self._write(graph.PARAMS, graph.nested(params))
        self._write(graph.VERSIONS, versions)

    def _write(self, name: str, content: object) -> None:
        """Write a params file, or none where nothing is left in it."""
        if content:
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
