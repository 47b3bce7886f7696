"""The documents say what is so: names, paths, commands, tables, figures."""

import csv
import json
import re
import shlex
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from dvc.cli import DvcParserError
from dvc.cli.parser import get_main_parser

from tests.support import graph
from tools.tables import documents

ROOT = graph.ROOT
STAGES = graph.stages()
README = ROOT / "README.md"
USAGE = ROOT / "docs/usage.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
OUTS = {out for stage in STAGES.values() for out in stage.outs}
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# What a file at the top or a path below a folder looks like.
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} | {"data", "models"}
ENDINGS = "cff|csv|json|lock|md|npy|npz|png|py|sh|toml|yaml|yml"
PATH = re.compile(rf"[\w.-]+(/[\w.-]+)+|[\w.-]+\.({ENDINGS})|Makefile|LICENSE")
# Files that a reader has or makes, by their names in examples.
EXAMPLES = {"a_picture.png", "seven.png", "images.npy", "k.json"}


def every(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name)


def text_of(path):
    return path.read_text(encoding="utf-8")


def prose(path):
    return FENCE.sub("", text_of(path))


def blocks(path, *languages):
    return [block for language, block in FENCE.findall(text_of(path)) if language in languages]


def spans(path):
    """Return what stands between backticks."""
    return re.findall(r"`([^`\n]+)`", prose(path))


def commands(path):
    """Return the shell commands of a document, remarks left out: in blocks and in sentences."""
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    marked = re.findall(r"<!-- output: (.+?) -->", text_of(path))
    parts = [part for line in [*lines, *marked] for part in line.split(" && ")]
    split = [shlex.split(part, comments=True) for part in parts]
    inline = [shlex.split(span) for span in spans(path) if re.match(r"(dvc|make) ", span)]
    return [words for words in split + inline if words]


# Names


@every(DOCUMENTS)
def test_paths_exist(path):
    named = {span for span in spans(path) if PATH.fullmatch(span)} - EXAMPLES
    ours = {name for name in named if "/" not in name or name.partition("/")[0] in FOLDERS}
    ours = {name for name in ours if "NAME" not in name}
    assert {name for name in ours if not (ROOT / name).exists() and not is_out(name)} == set()


def is_out(name):
    return any(Path(out).is_relative_to(name) for out in OUTS)


@every(DOCUMENTS)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)\s]+)\)", prose(path))
    for link in links:
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        file = path.parent / target if target else path
        assert file.exists(), link
        if anchor:
            assert anchor in anchors(file), link


def anchors(path):
    """Return the anchors that GitHub gives to headings."""
    titles = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_document_is_linked_from_the_readme():
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", prose(README))}
    assert {str(path.relative_to(ROOT)) for path in DOCUMENTS} - linked == {"README.md"}


@every(DOCUMENTS)
def test_stages_exist(path):
    named = set(re.findall(r"\b(\w+@\w+)\b", " ".join(spans(path))))
    assert {name for name in named if "NAME" not in name} <= set(STAGES)


@every(DOCUMENTS)
def test_make_targets_exist(path):
    targets = re.search(r"^\.PHONY: (.+)$", text_of(ROOT / "Makefile"), re.MULTILINE)[1].split()
    assert {words[1] for words in commands(path) if words[0] == "make"} <= set(targets)


def test_usage_lists_every_make_target():
    targets = re.findall(r"^([a-z-]+):.* ## ", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert {words[1] for words in commands(USAGE) if words[0] == "make"} == set(targets)


@every(DOCUMENTS)
def test_dvc_commands_parse_and_set_params_that_exist(path):
    params = graph.leaves(graph.load_yaml(graph.PARAMS))
    for words in commands(path):
        if words[0] != "dvc":
            continue
        try:
            parsed = get_main_parser().parse_args(words[1:])
        except DvcParserError:
            pytest.fail(shlex.join(words))
        for setting in getattr(parsed, "set_param", None) or []:
            assert setting.partition("=")[0] in params, setting


@every(DOCUMENTS)
def test_slots_for_output_are_filled(path):
    for command, after in re.findall(r"<!-- output: (.+?) -->\n(.*?\n.*?\n)", text_of(path)):
        language, _, first = after.partition("\n")
        assert language == "```text", f"the output of {command} is missing"
        assert first.strip(), f"the output of {command} is missing"


def test_snippets_are_python():
    for path in DOCUMENTS:
        for block in blocks(path, "python"):
            compile(re.sub("^   ", "", block, flags=re.MULTILINE), path.name, "exec")


# Tables


def rows(path, columns):
    """Return the rows of a document's tables with this many columns, headings left out."""
    lines = re.findall(r"^\|(.+)\|$", prose(path), re.MULTILINE)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]
    return [row for row in cells if len(row) == columns and set("".join(row)) - set("-: ")]


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
    listed = [row for row in rows(USAGE, 5) if row[0] != "param"]
    defaults = {row[0].strip("`"): yaml.safe_load(row[1].strip("`")) for row in listed}
    assert defaults == graph.leaves(graph.load_yaml(graph.PARAMS))
    assert all(row[2] and row[4] for row in listed)


def effect(param, table):
    """Look the stages up that a row of the table names for a param, first and then."""
    key = max((key for key in table if graph.is_in(param, key)), key=len, default="draw.NAME")
    first, then = (cell.replace("NAME", param.split(".")[1]) for cell in table[key])
    if then.startswith("as for "):
        then = table[names_in(then)[0]][1]
    drawings = {name for name in STAGES if name.startswith("draw@")}
    runs = drawings if first == "every drawing" else set(names_in(first))
    if then.startswith("all"):
        return runs, set(STAGES) - set(names_in(then)) - runs
    return runs, set(names_in(then))


def test_the_table_of_what_a_param_runs_says_what_dvc_yaml_does():
    table = {row[0].strip("`"): row[1:] for row in rows(USAGE, 3) if row[0] != "param"}
    for param in graph.leaves(graph.load_yaml(graph.PARAMS)):
        readers = {
            name
            for name, stage in STAGES.items()
            if any(graph.is_in(param, section) for section in stage.params)
        }
        follow = graph.downstream(readers, STAGES) - readers
        assert effect(param, table) == (readers, follow), param
    assert len(table) < 40, "params of one effect share a row"


def names_in(cell):
    return re.findall(r"`([^`]+)`", cell)


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
    assert order == list(dict.fromkeys(map(group, STAGES))), "the order is that of dvc.yaml"
    true = {
        (group(a.name), group(b.name))
        for a in STAGES.values()
        for b in STAGES.values()
        if b.needs(a) and group(a.name) != group(b.name)
    }
    assert reached(drawn) == reached(true)
    needless = {edge for edge in drawn if edge in reached(drawn - {edge})}
    assert not needless, "these follow from others"


def group(stage):
    """All drawings are one node."""
    return "draw@…" if stage.startswith("draw@") else stage


def reached(edges):
    """Return all pairs of which the second can be reached from the first."""
    pairs: set[tuple[str, str]] = set()
    new = set(edges)
    while new:
        pairs |= new
        new = {(a, d) for a, b in pairs for c, d in edges if b == c} - pairs
    return pairs


# Outputs


def listed_outputs():
    listed = [row for row in rows(ROOT / "docs/output.md", 3) if row[0] != "path"]
    return {row[0].strip("`"): row[1].strip("`") for row in listed}


def test_every_output_is_listed_and_nothing_else():
    listed = [row[0].strip("`") for row in rows(ROOT / "docs/output.md", 3) if row[0] != "path"]
    assert len(listed) == len(set(listed))
    assert set(listed) == OUTS


def test_outputs_are_as_they_are_listed(finished):
    folder, _ = finished
    for name, content in listed_outputs().items():
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
    elif path.suffix == ".js" and path.parent.name == "data":
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


# Versions


def test_changelog_has_the_version():
    version = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## \[([^\]]+)\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)[1]
    assert newest == version


def test_readme_names_the_pythons_that_are_supported():
    supported = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["requires-python"]
    classifiers = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["classifiers"]
    tried = [int(minor) for minor in re.findall(r"3\.(\d+)", " ".join(classifiers))]
    assert supported == f">=3.{min(tried)}"
    assert f"Python 3.{min(tried)} to 3.{max(tried)}" in text_of(README)
