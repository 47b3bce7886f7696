"""What a stage reads must not change while it runs."""

import json
import os
import shutil
from pathlib import Path

import pytest

from dev import graph
from stages import digests
from tests.support import clones
from tests.support.situations import seen

# A stage that reads an input, a param and a module, and writes a result; in its middle it does
# what the user, or another program, does meanwhile.
STAGE = """
import os
from pathlib import Path
from mnist_clustering import files
from stages import common, helping

def main():
    k = common.load_params("kmeans", "k")["k"]
    text = Path("data/in.txt").read_text()
    exec(os.environ["MEANWHILE"])
    files.save_json("data/out.json", [k, text, helping.WORD])

if __name__ == "__main__":
    common.run(main)
"""
FILES = {
    "stages/some.py": STAGE,
    "stages/helping.py": "WORD = 1\n",
    "data/in.txt": "in",
    "params.yaml": (graph.ROOT / "params.yaml").read_text(encoding="utf-8"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with the code and a stage of its own; call it to run that: its words and result."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("stages", "mnist_clustering"):
        shutil.copytree(graph.ROOT / name, folder / name)
    for name in ("params.schema.json", "requirements.lock"):
        shutil.copy(graph.ROOT / name, folder)

    def run(meanwhile="pass", anew=True):
        if anew:
            for name, text in FILES.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(text)
            if not (folder / "data/code").exists():
                clones.warm().run(folder, ["stages.code"])
        (folder / "data/out.json").unlink(missing_ok=True)
        environment = os.environ | {"MEANWHILE": meanwhile}
        done = clones.warm().run(folder, ["stages.some"], environment)
        assert (done.returncode == 0) == (done.stderr == "") == (folder / "data/out.json").exists()
        return done.stderr

    run.folder = folder
    return run


EDIT = "Path('params.yaml').write_text(Path('params.yaml').read_text().replace({!r}, {!r}, 1))"


@pytest.mark.parametrize(
    ("meanwhile", "sentence"),
    [
        (
            EDIT.format("k: 10 ", "k: 11 "),
            "params.yaml has changed meanwhile (kmeans.k was 10, is 11)",
        ),
        ("Path('params.yaml').write_text('kmeans: {k: ')", "params.yaml is no YAML"),
        ("Path('data/in.txt').write_text('on')", "data/in.txt has changed meanwhile"),
        ("Path('data/in.txt').unlink()", "data/in.txt has changed meanwhile"),
        ("Path('stages/helping.py').write_text('WORD = 2')", "stages/helping.py has changed"),
        ("Path('stages/helping.py').unlink()", "stages/helping.py has changed"),
    ],
)
def test_a_change_meanwhile_leaves_no_result(project, meanwhile, sentence):
    said = project(meanwhile)
    assert said.startswith(f"some: {sentence}")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "meanwhile",
    [
        EDIT.format("n_init: 10 ", "n_init: 11 "),
        "Path('data/other.txt').write_text('of no concern')",
        "Path('stages/helping.py').write_text('# Another word.\\nWORD = 1')",
        "Path('stages/flatten.py').write_text('x = 1')",
    ],
)
def test_a_change_of_what_is_not_read_is_none(project, meanwhile):
    assert project(meanwhile) == ""
    assert json.loads((project.folder / "data/out.json").read_text()) == [10, "in", 1]


def test_code_that_changed_before_a_stage_and_other_libraries_are_refused(project):
    assert project() == ""
    noted = project.folder / "data/code/some.json"
    content = json.loads(noted.read_text())
    noted.write_text(json.dumps(content | {"libraries": {"numpy": "1.0"}}))
    assert f"{seen('versions')} numpy 1.0: install requirements.lock" in project()
    noted.write_text(json.dumps(content))
    (project.folder / "stages/helping.py").write_text("WORD = 3\n")
    said = project(anew=False)
    assert "stages/helping.py has changed since the stage code looked at it" in said
    noted.unlink()
    assert "data/code/some.json is missing: dvc repro begins with the stage code" in project()
    shutil.rmtree(noted.parent)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("x = 1  # one\n", "x = 1\n", True),
        ('"""Doc."""\nx = 1\n', '"""Other\nwords."""\n\nx = 1\n', True),
        ('def f():\n    "A."\n    return 1\n', "def f():\n    return 1\n", True),
        ("class A:\n    '''ä'''; b = 2\n", "class A:\n    '''other'''; b = 2\n", True),
        ('x = "# no comment"\n', 'x = "# none"\n', False),
        ("x = 1\n", "x = 2\n", False),
        ('x = """a\n"""\n', 'x = """a"""\n', False),
    ],
)
def test_comments_and_docstrings_do_not_count(before, after, same):
    assert (digests.essence(before) == digests.essence(after)) == same


def test_digests_are_remembered_by_size_and_time_only_where_files_are_old(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(".dvc/tmp").mkdir(parents=True)
    Path("a.py").write_text("x = 1\n")
    first = digests.of(["a.py", "b.py"])
    assert set(first) == {"a.py"}
    assert not digests._KNOWN.exists()
    os.utime("a.py", (1, 1))
    assert digests.of(["a.py"]) == first
    assert json.loads(digests._KNOWN.read_text())["a.py"][2] == first["a.py"]
    Path("a.py").write_text("x = 2\n")
    assert digests.of(["a.py"]) != first
