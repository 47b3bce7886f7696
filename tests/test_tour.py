"""docs/tour.md runs as it stands, on the small run."""

import contextlib
import io
import re

from tests.support import clones, documents

TOUR = documents.ROOT / "docs/tour.md"
BLOCK = re.compile(r"^( *)```(python|sh)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def test_the_tour_runs_as_it_stands(clone, monkeypatch):
    monkeypatch.chdir(clone)
    said, names = io.StringIO(), {}
    blocks = [
        (language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
        for indent, language, text in BLOCK.findall(TOUR.read_text(encoding="utf-8"))
    ]
    assert len(blocks) > 9
    for language, text in blocks:
        if language == "sh":
            for line in text.splitlines():
                clones.dvc(clone, *line.split()[1:])
        else:
            with contextlib.redirect_stdout(said):
                exec(compile(text, TOUR.name, "exec"), names)
    shares = dict(re.findall(r"by (\w+): ([\d.]+)", said.getvalue()))
    assert float(shares["features"]) > float(shares["pixels"]) - 0.02
    assert "@" in said.getvalue()
    found = re.search(r"([\d.]+) effective neighbours", said.getvalue())
    assert abs(float(found[1]) - names["wanted"]) < 0.1
    assert re.search(r"distance to itself: 0 ", said.getvalue())
