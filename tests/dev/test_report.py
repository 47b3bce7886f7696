"""The report with what differs by machine, and two runs side by side."""

import platform
import re

import numpy as np
import pytest

from dev import graph, report
from stages.workspace import set_params
from tests.support import clones


def test_two_runs_side_by_side_what_matters_first(clone):
    before = clones.run(clone, "git", "rev-parse", "HEAD").stdout.strip()
    set_params(clone / graph.PARAMS, {"recluster.k": 9})
    clones.repro(clone, "present")
    clones.commit(clone)
    page = report.compare(before, "HEAD", clone).read_text()
    changed, scores, moved, figures = (page[page.index(f"<h2>{name}") :] for name in (
        "What was changed", "Scores", "Images in another cluster", "Figures"))  # fmt: skip
    assert re.search("recluster.k</code>.*-1", changed)
    assert changed[: changed.index("Scores")].count("<tr>") == 2
    lines = scores[: scores.index("</table>")].split("<tr>")[2:]
    assert "clusters of the 2-D map" in lines[0]
    assert "KMeans on pixels" in lines[1]
    assert "+0.00 (+0.00 to +0.00)" in lines[1]
    assert len(lines) == 5
    # Each gain is what it says: by the tables themselves.
    ours, theirs = report._table(clone, "HEAD"), report._table(clone, before)
    right = [[row["kmeans_2d_label"] == row["label"] for row in table.values()]
             for table in (ours, theirs)]  # fmt: skip
    gain = 100 * (np.mean(right[0]) - np.mean(right[1]))
    assert f">{gain:+.2f} (" in lines[2]
    # All images of one cluster at least are in another, and each that has moved is shown.
    number = int(re.search(r"<p>(\d+) of \d+ test images", moved)[1])
    sizes = np.bincount([int(row["clusters_2d"]) for row in theirs.values()])
    assert number >= sizes.min()
    words = [int(n) for n in re.findall(r"<h3>.* → .*: (\d+), right \d+ before", moved)]
    assert sum(words) == number
    pictures = moved[: moved.index("<h2>Figures")].count("<img")
    assert pictures == sum(min(n, report._PICTURES) for n in words)
    # Each leads to the image in the explorer.
    pinned, number = re.search(r'#pin=row-(\d+)"><img[^>]*title="image (\d+),', moved).groups()
    assert pinned == number
    assert 'type="checkbox"' in figures
    assert "plots/kl.png" in figures[figures.index("figures are the same") :]
    assert clones.run(clone, "git", "status", "--porcelain").stdout == ""


def test_the_copy_says_where_it_ran_and_the_output_does_not(clone):
    clones.repro(clone, "-f", "-s", "present")
    output = (clone / "report.html").read_text()
    page = report.here(clone).read_text()
    commit = clones.run(clone, "git", "rev-parse", "HEAD").stdout.strip()
    section = page[page.index("Where it ran") :]
    assert commit in section
    assert platform.python_version() in section
    assert re.search(r"<td>present</td><td class=\"number\">[\d.]+</td>", section)
    assert commit not in output
    assert "Where it ran" not in output


def test_a_run_that_is_not_there_ends_in_one_sentence(clone):
    with pytest.raises(SystemExit, match="no experiment or commit nonsense"):
        report.compare("nonsense", "HEAD", clone)
    done = clones.run(graph.ROOT, "python", "-m", "dev.report", "A", code=2)
    assert "name two" in done.stderr
