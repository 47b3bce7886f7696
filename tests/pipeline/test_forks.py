"""What the other tests of DVC rely on: commands in forks do what they do elsewhere."""

from stages.workspace import ROOT
from tests.support import clones
from tests.support.forks import STRANGE


def test_folder_words_output_and_exit_code_pass(tmp_path):
    (tmp_path / "say.py").write_text(
        "import os, sys\n"
        "print(os.getcwd(), os.environ['WORD'], *sys.argv[1:])\n"
        "print('oh', file=sys.stderr)\n"
        "sys.exit(3)\n"
    )
    environment = clones.ENVIRONMENT | {"WORD": "a b"}
    done = clones.warm().run(tmp_path, ["say", "c d"], environment)
    assert (done.stdout, done.stderr) == (f"{tmp_path} a b c d\n", "oh\n")
    assert done.returncode == 3


def test_the_stand_in_for_python_does_the_same(tmp_path):
    (tmp_path / "say.py").write_text("import sys\nprint(sys.argv[1:])\nsys.exit('oh')\n")
    environment = clones.ENVIRONMENT | clones.warm().environment()
    done = clones.run(tmp_path, "python", "-m", "say", "a b", code=1, environment=environment)
    assert (done.stdout, done.stderr) == ("['a b']\n", "oh\n")
    done = clones.run(tmp_path, "python", "-c", "print(7)", environment=environment)
    assert done.stdout == "7\n"


def test_code_from_another_folder_is_told(tmp_path):
    (tmp_path / "stray.py").write_text(
        "import sys\nsys.path.insert(0, sys.argv[1])\nimport stages.common\n"
    )
    done = clones.warm().run(tmp_path, ["stray", str(ROOT)])
    assert done.returncode == STRANGE
    assert "code from elsewhere: mnist_clustering" in done.stderr
