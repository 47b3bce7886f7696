"""Make hands on what people type."""

import shutil
import subprocess

import pytest

from tests.support import graph

TOOLS = ("venv.sh", "ready.sh")


@pytest.fixture
def folder(tmp_path):
    """Lay out a folder whose Python writes down what it was called with."""
    shutil.copy(graph.ROOT / "Makefile", tmp_path)
    for name in (*(f"dev/{name}" for name in TOOLS), ".venv/bin/python"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('#!/bin/sh\nfor word; do echo "<$word>"; done\n')
        path.chmod(0o755)
    for name in ("with space.png", "two.png", "it's $HOME.png"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def words(folder, *arguments):
    command = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", *arguments]
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
        ("*.png", ["it's $HOME.png", "two.png", "with space.png"]),
    ],
)
def test_names_of_images_with_spaces_stay_whole(folder, images, expected):
    assert words(folder, "predict", f"IMAGES={images}") == ["predict.py", *expected]


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
