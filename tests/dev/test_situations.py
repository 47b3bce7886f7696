"""Behind each situation of docs/troubleshooting.md stands a test that sees what it says."""

import ast
from pathlib import Path

import pytest

from dev import graph
from tests.support.situations import all_of_them

SITUATIONS = all_of_them()


def test_each_says_what_one_sees_and_does():
    for name, entry in SITUATIONS.items():
        assert set(entry) - {"test", "tried"} == {"when", "see", "do"}, name
        assert ("test" in entry) != ("tried" in entry), name
        assert all(isinstance(text, str) and text for text in entry.values()), name


@pytest.mark.parametrize("name", [name for name, entry in SITUATIONS.items() if "test" in entry])
def test_the_test_looks_for_these_words(name):
    path, _, function = SITUATIONS[name]["test"].partition("::")
    text = Path(graph.ROOT / path).read_text(encoding="utf-8")
    functions = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert function in functions
    assert f'"{name}"' in text or f"'{name}'" in text
