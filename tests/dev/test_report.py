import subprocess

import pytest

from dev import report
from stages.workspace import set_params
from tests.support import clones, graph


def test_two_runs_side_by_side_what_differs_first(clone):
    before = clones.run(clone, "git", "rev-parse", "HEAD").stdout.strip()
    set_params(clone / graph.PARAMS, {"draw.confusion.gamma": 1.0})
    clones.repro(clone)
    clones.commit(clone)
    page = report.compare(before, "HEAD", clone).read_text()
    changed = page[page.index("What was changed") : page.index("Scores")]
    assert "draw.confusion.gamma" in changed
    assert "+0.5" in changed
    assert changed.count("<tr>") == 2
    assert "No metric differs" in page
    assert page.count("<img") == 2
    assert "plots/confusion.png" in page
    same = page[page.index("The same in both") :]
    assert "plots/kl.png" in same
    assert clones.run(clone, "git", "status", "--porcelain").stdout == ""


def test_a_run_that_is_not_there_ends_in_one_sentence(clone):
    with pytest.raises(SystemExit, match="no experiment or commit nonsense"):
        report.compare("nonsense", "HEAD", clone)
    done = subprocess.run(
        ["python", "-m", "dev.report", "A"],
        cwd=graph.ROOT, env=clones.ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "name two" in done.stderr
