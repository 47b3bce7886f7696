"""The tour and the notebook run as they stand, in a finished clone."""

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from dev import graph
from tests.support import clones, documents

TOUR = documents.ROOT / "docs/tour.md"


def test_the_tour_runs_as_it_stands(clone, monkeypatch):
    monkeypatch.chdir(clone)
    said, names = io.StringIO(), {}
    blocks = [block for block in documents.fenced(TOUR) if block[0] in ("python", "sh")]
    assert len(blocks) > 9
    for language, text in blocks:
        if language == "sh":
            for line in text.splitlines():
                # As far as the new clusters; what follows them, the tests of the pipeline show.
                words = line.split()[1:]
                clones.dvc(clone, *words, *(["recluster"] if words[:2] == ["exp", "run"] else []))
        else:
            with contextlib.redirect_stdout(said):
                exec(compile(text, TOUR.name, "exec"), names)
    shares = dict(re.findall(r"by (\w+): ([\d.]+)", said.getvalue()))
    assert float(shares["features"]) > float(shares["pixels"]) - 0.02
    assert "@" in said.getvalue()
    found = re.search(r"([\d.]+) effective neighbours", said.getvalue())
    assert abs(float(found[1]) - names["wanted"]) < 0.1
    assert re.search(r"distance to itself: 0 ", said.getvalue())


class Shown:
    """Stands in for IPython's pictures, which only a notebook can show."""

    def __init__(self, path, width):
        self.path, self.width = path, width


def test_the_notebook_runs_as_it_stands(clone, monkeypatch, capfd):
    for environment in graph.ROOT.glob(".venv*"):  # Each takes a minute to install.
        (clone / environment.name).symlink_to(environment)
    pictures, module = [], ModuleType("IPython.display")
    module.Image = Shown
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.chdir(clone / "docs")

    def shell(command):
        subprocess.run(command, shell=True, check=True, env=clones.ENVIRONMENT)

    names = {"shell": shell, "display": pictures.append}
    notebook = json.loads((graph.ROOT / "docs/notebook.ipynb").read_text(encoding="utf-8"))
    shown = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in shown) == 3
    assert not re.search(r"/(tmp|home|root|work)/", json.dumps(shown))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            exec(re.sub(r"^!(.+)$", r"shell('\1')", source, flags=re.MULTILINE), names)
    said = capfd.readouterr().out
    assert Path.cwd() == clone
    assert "Data and pipelines are up to date" in said
    assert re.search(r"^\d+ passed in", said, re.MULTILINE)
    assert re.search(r"^accuracy .* changed$", said, re.MULTILINE)
    assert [Path(picture.path).is_file() for picture in pictures] == [True] * 3
