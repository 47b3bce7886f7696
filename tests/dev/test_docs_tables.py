"""Tables and the graph of the documents follow from results, params, dvc.yaml and outputs."""

import csv
import json
import re
from itertools import pairwise

import numpy as np
import pytest
import yaml

from dev import graph
from dev.tables import documents
from tests.support.documents import PARAMS, README, ROOT, blocks, rows, text_of

STAGES = {name: stage for name, stage in graph.stages().items() if name != graph.CODE}
OUTS = {out for stage in STAGES.values() for out in stage.outs}


def test_tables_that_follow_from_results_are_up_to_date():
    # How old a study is, no test asks.
    for path, text in documents.filled(ROOT).items():
        expected = documents.without_remarks(text)
        assert documents.without_remarks(text_of(path)) == expected, "run `make renew`"


def test_a_remark_is_all_that_an_old_study_adds():
    table = "| a |\n| --- |\n| 1 |\n"
    remark = "\n*Measured before the last change of `tsne@2`.*\n"
    text = f"<!-- made -->\n\n{table}{remark}\n<!-- end -->\n"
    assert documents.without_remarks(text) == f"<!-- made -->\n\n{table}\n<!-- end -->\n"


def test_the_table_of_params_has_them_all():
    listed = [row for row in rows(PARAMS, 5) if re.fullmatch(r"`[\w.]+`", row[0])]
    defaults = {row[0].strip("`"): yaml.safe_load(row[1].strip("`")) for row in listed}
    assert defaults == graph.leaves(graph.load_yaml(graph.PARAMS))
    assert all(row[2] and row[4] for row in listed)


def effect(param, table):
    """Look the stages up that a row of the table names for a param, first and then."""
    key = max((key for key in table if graph.is_in(param, key)), key=len)
    first, then = table[key]
    if then.startswith("as for "):
        then = table[names_in(then)[0]][1]
    runs = set(names_in(first))
    if then.startswith("all"):
        return runs, set(STAGES) - set(names_in(then)) - runs
    return runs, set(names_in(then))


def test_the_table_of_what_a_param_runs_says_what_dvc_yaml_does():
    table = {row[0].strip("`"): row[1:] for row in rows(PARAMS, 3) if row[0] != "param"}
    for param in graph.leaves(graph.load_yaml(graph.PARAMS)):
        readers = {
            name
            for name, stage in STAGES.items()
            if any(graph.is_in(param, section) for section in stage.params)
        }
        follow = graph.downstream(readers, STAGES) - readers
        assert effect(param, table) == (readers, follow), param
    assert len(table) < 45, "params of one effect share a row"


def test_printed_scores_of_main_are_the_committed_ones():
    committed = json.loads((ROOT / "metrics/scores.json").read_text())
    text = (ROOT / "docs/experiments.md").read_text()
    printed = re.findall(r"^metrics/scores.json +(\w+) +([\d.]+) ", text, re.MULTILINE)
    assert {"accuracy", "nmi", "accuracy_pixels"} <= {name for name, _ in printed}
    best = re.search(r"^ +([\d.]+) +([\d.]+) +(\d+) +main$", text, re.MULTILINE)
    for name, value in [*printed, *zip(("accuracy", "nmi", "k"), best.groups(), strict=True)]:
        assert float(value) == pytest.approx(committed[name], abs=5e-5), name


def names_in(cell):
    return re.findall(r"`([^`]+)`", cell)


# Outputs


def test_every_output_is_listed_as_it_is_and_nothing_else(finished):
    folder, _ = finished
    listed = [row for row in rows(ROOT / "docs/output.md", 3) if row[0] != "path"]
    contents = {name.strip("`"): content.strip("`") for name, content, _ in listed}
    assert len(listed) == len(contents)
    assert set(contents) == {file for out in OUTS for file in graph.contents(out, folder)}
    for name, content in contents.items():
        check(folder / name, content)


def check(path, content):
    """Compare a file with what docs/output.md says of its content."""
    if path.suffix == ".npy":
        check_array(np.load(path), content)
    elif path.suffix == ".npz":
        entries = dict(re.findall(r"(\w+): (\w+ \([^)]*\))", content))
        with np.load(path) as arrays:
            assert set(arrays.files) == set(entries), path
            for key, entry in entries.items():
                check_array(arrays[key], entry)
    elif path.suffix == ".csv":
        with path.open(newline="") as file:
            assert next(csv.reader(file)) == content.split(", "), path
    elif path.suffix == ".json":
        assert list(json.loads(path.read_text())) == content.split(", "), path
    elif path.suffix == ".js" and path.parent.name in ("data", "images"):
        values = json.loads(path.read_text().partition(",")[2].rstrip().removesuffix(");"))
        assert list(values) == content.split(", "), path
    elif path.suffix in (".html", ".css", ".js"):
        assert content in ("page", "style", "script")
    elif path.suffix == ".png":
        assert content == "picture"
        assert path.read_bytes().startswith(b"\x89PNG")
    else:
        assert path.read_bytes()[:3] == bytes([0, 0, 8])
        assert content.startswith("IDX, uint8")


def check_array(array, content):
    dtype, sizes = re.fullmatch(r"(\w+) \((.*)\)", content).groups()
    assert array.dtype == dtype
    assert array.ndim == len(sizes.split(", "))
    for size, length in zip(sizes.split(", "), array.shape, strict=True):
        assert not size.isdigit() or int(size) == length


# The graph


def test_the_picture_of_the_graph_is_that_of_dvc_yaml():
    (chart,) = blocks(README, "mermaid")
    labels = dict(re.findall(r'(\w+)\["([^"]+)"\]', chart))
    chains = [
        re.split(r" --> ", re.sub(r"\[.*?\]", "", line.strip()))
        for line in chart.splitlines()
        if "-->" in line
    ]
    named = [[labels.get(node, node) for node in chain] for chain in chains]
    drawn = {pair for chain in named for pair in pairwise(chain)}
    order = list(dict.fromkeys(node for chain in named for node in chain))
    assert order == list(STAGES), "the order is that of dvc.yaml"
    true = {
        (a.name, b.name) for a in STAGES.values() for b in STAGES.values() if b.needs(a) and a != b
    }
    assert reached(drawn) == reached(true)
    needless = {edge for edge in drawn if edge in reached(drawn - {edge})}
    assert not needless, "these follow from others"


def reached(edges):
    """Return all pairs of which the second can be reached from the first."""
    pairs: set[tuple[str, str]] = set()
    new = set(edges)
    while new:
        pairs |= new
        new = {(a, d) for a, b in pairs for c, d in edges if b == c} - pairs
    return pairs
