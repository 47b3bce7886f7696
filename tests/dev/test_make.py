"""Make hands on what people type."""

import shutil
import subprocess

import pytest

from dev import graph
from tests.support.scripts import program

EVIL = ("a`touch ran`.png", "b$(touch ran).png", "c;touch ran;.png", "$(shell touch ran).png")
NAMES = ("with space.png", "two.png", "it's $HOME.png", *EVIL)


@pytest.fixture
def folder(tmp_path):
    """Lay out a folder whose Python writes down what it was called with."""
    shutil.copy(graph.ROOT / "Makefile", tmp_path)
    for name in ("dev/venv.sh", "dev/ready.sh", ".venv/bin/python"):
        program(tmp_path / name, 'for word; do echo "<$word>"; done')
    for name in NAMES:
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def words(folder, *arguments):
    command = ["make", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [line[1:-1] for line in done.stdout.splitlines() if line.startswith("<")]


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ("two.png", ["two.png"]),
        ("two.png with", ["two.png", "with"]),
        ("with space.png", ["with space.png"]),
        ("'with space.png' two.png", ["with space.png", "two.png"]),
        ("it's $HOME.png", ["it's $HOME.png"]),
        ('"it\'s $HOME.png" two.png', ["it's $HOME.png", "two.png"]),
        ("*.png", sorted(NAMES)),
        ("'with space.png' t*.png", ["with space.png", "two.png"]),
        ("two.png $HOME", ["two.png", "$HOME"]),
        ("", []),
        *((name, [name]) for name in EVIL),
        *((f'two.png "{name}"', ["two.png", name]) for name in EVIL),
        ("two.png `touch ran`", ["two.png", "`touch", "ran`"]),
    ],
)
def test_names_of_images_stay_as_they_are_and_are_not_run(folder, images, expected):
    assert words(folder, "predict", f"IMAGES={images}") == ["predict.py", *expected]
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("name", EVIL)
def test_names_in_the_environment_are_not_run(folder, name, monkeypatch):
    monkeypatch.setenv("IMAGES", name)
    assert words(folder, "predict") == ["predict.py", name]
    assert not (folder / "ran").exists()


def test_a_quote_that_is_not_closed_is_said(folder):
    with pytest.raises(subprocess.CalledProcessError) as failure:
        words(folder, "predict", "IMAGES=it's two.png")
    assert "a quote is not closed" in failure.value.stderr


def test_options_come_before_images(folder):
    said = words(folder, "predict", "IMAGES=two.png", "ARGS=--json -")
    assert said == ["predict.py", "--json", "-", "two.png"]


@pytest.mark.parametrize("name", ["`touch ran`", "$(touch ran) $HOME", 'it\'s "one"', "-x", "a b"])
def test_names_for_clusters_are_handed_on_as_typed(folder, name):
    said = words(
        folder, "cluster", f"IMAGES={name}", f"LABELS={name}", "K=3", "ARGS=--flat --copies"
    )
    assert said == ["cluster.py", f"--labels={name}", "--k", "3", "--flat", "--copies", "--", name]
    assert words(folder, "cluster", f"IMAGES={name}") == ["cluster.py", "--", name]
    assert not (folder / "ran").exists()
