"""The notebook runs as it stands, cell by cell, in a finished clone."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from tests.support import clones, graph


class Shown:
    """Stands in for IPython's pictures, which only a notebook can show."""

    def __init__(self, path, width):
        self.path, self.width = path, width


def test_the_notebook_runs_as_it_stands(clone, monkeypatch, capfd):
    (clone / ".venv").symlink_to(graph.ROOT / ".venv")
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
    assert re.search(r"\d+ passed", said)
    assert re.search(r"^accuracy .* changed$", said, re.MULTILINE)
    assert [Path(picture.path).is_file() for picture in pictures] == [True] * 3
