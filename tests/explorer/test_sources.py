"""The page's sources: short, joined in order, and without any address but their own."""

import json
import re
from collections import Counter

import pytest

from dev import graph
from mnist_clustering.pages import explorer as page

FOLDER = graph.ROOT / "explorer"
SCRIPTS = sorted(FOLDER.glob("*.js"))
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.iterdir())}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_says_what_it_is_for(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 300
    assert max(map(len, lines)) <= 120
    assert lines[0].startswith("// ")
    assert lines[0].rstrip()[-1] in ".,:;" or lines[1].startswith("// ")


def test_every_script_is_joined_once():
    bundled = page.bundle(SOURCES)
    script = bundled["explorer.js"]
    assert set(bundled) == {"index.html", "explorer.css", "explorer.js"}
    assert bundled["index.html"].count("<script") == 1
    for path in SCRIPTS:
        first = SOURCES[path.name].splitlines()[0]
        assert script.count(first) == 1, path.name


def names():
    texts = "\n".join(SOURCES[path.name] for path in SCRIPTS)
    return Counter(re.findall(r"(?m)^(?:async )?(?:function|class|const|let) (\w+)", texts))


def test_no_name_stands_for_two_things():
    """Joined in one, the later of two functions would take the place of the first."""
    assert [name for name, count in names().items() if count > 1] == []


def test_no_name_takes_the_place_of_one_of_the_browser(chromium, tmp_path):
    empty = tmp_path / "empty.html"
    empty.write_text("<!DOCTYPE html>")
    chromium.open(empty)
    assert chromium.run(f"{json.dumps(list(names()))}.filter((name) => name in window)") == []


def test_a_page_that_names_a_missing_script_is_refused():
    with pytest.raises(KeyError, match="absent"):
        page.bundle({"index.html": '<script src="absent.js"></script>'})


def test_no_address_but_those_of_the_folder():
    for name, text in SOURCES.items():
        addresses = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]+[^\s\"'`]*", text)
        # The namespace of SVG is a name, and nothing is asked of it.
        outside = [one for one in addresses if one != "http://www.w3.org/2000/svg"]
        assert outside == [], name
        assert not re.search(r"\b(fetch|XMLHttpRequest|sendBeacon|WebSocket|eval)\b", text), name
