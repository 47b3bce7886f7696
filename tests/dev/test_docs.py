"""The documents name what there is: paths, links, stages, commands, versions."""

import ast
import re
import shlex
import subprocess
from functools import partial
from pathlib import Path

import pytest
from dvc.cli import DvcParserError
from dvc.cli.parser import get_main_parser

import cluster
import place
from dev import graph, sweep
from mnist_clustering.model import command as predict
from mnist_clustering.sources import digits
from stages.workspace import project_files
from tests.support.documents import (
    DOCUMENTS,
    README,
    ROOT,
    RUNNING,
    blocks,
    commands,
    prose,
    spans,
    text_of,
)
from tests.support.situations import all_of_them

STAGES = graph.stages()
OUTS = {out for stage in STAGES.values() for out in stage.outs}
SITUATIONS = all_of_them()
# What a file at the top or a path below a folder looks like.
FOLDERS = {name.partition("/")[0] for name in project_files(ROOT)} | {"data", "models"}
ENDINGS = "cff|csv|json|lock|md|npy|npz|png|py|sh|toml|yaml|yml"
PATH = re.compile(rf"[\w.-]+(/[\w.-]+)+|[\w.-]+\.({ENDINGS})|Makefile|LICENSE")
# Files that a reader has or makes, by their names in examples.
EXAMPLES = {
    *("a_picture.png", "seven.png", "images.npy", "k.json", "vectors.npy", "manifest.csv"),
    *("compare.png", "clusters.edited.csv", "clusters/shells", "clusters.csv", "overview.html"),
    *("model.npz", "suspects.csv", "copies.csv", "placed/table.csv", "table.csv", "summary.json"),
    *("damaged.csv", ".venv-dask"),
}


def every(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name)


@every(DOCUMENTS)
def test_paths_exist(path):
    named = {span for span in spans(path) if PATH.fullmatch(span)} - EXAMPLES
    ours = {name for name in named if "/" not in name or name.partition("/")[0] in FOLDERS}
    ours = {name for name in ours if "NAME" not in name}
    assert {name for name in ours if not (ROOT / name).exists() and not is_out(name)} == set()


def is_out(name):
    path = Path(name)
    return any(path.is_relative_to(out) or Path(out).is_relative_to(name) for out in OUTS)


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
    # What was measured may be of stages that there were then.
    written = re.sub("<!-- made by .*?<!-- end -->", "", prose(path), flags=re.DOTALL)
    named = set(re.findall(r"`[^`\n]*\b(\w+@\w+)\b[^`\n]*`", written))
    assert {name for name in named if "NAME" not in name} <= set(STAGES)


@every(DOCUMENTS)
def test_make_targets_exist(path):
    targets = re.search(r"^\.PHONY: (.+)$", text_of(ROOT / "Makefile"), re.MULTILINE)[1].split()
    assert {words[1] for words in commands(path) if words[0] == "make"} <= set(targets)


def test_every_make_target_is_listed_of_make_target():
    targets = re.findall(r"^([a-z-]+):.* ## ", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert {words[1] for words in commands(RUNNING) if words[0] == "make"} == set(targets)


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


SNIPPETS = [(path, block) for path in DOCUMENTS for block in blocks(path, "python")]
# Others run these (test_walkthroughs), or they need a library or a cluster that is not here.
ELSEWHERE = ("tour.md", "CONTRIBUTING.md")
FOREIGN = ("bertopic", "dask_jobqueue")


def test_python_snippets_run(finished, monkeypatch, tmp_path):
    folder, _ = finished
    known = digits.load()
    few = {"images": known["train_images"][:100], "labels": known["train_labels"][:100],
           "new": known["test_images"][:5]}  # fmt: skip
    ran = 0
    for path, text in SNIPPETS:
        code = compile(text, path.name, "exec")
        if path.name not in ELSEWHERE and not any(name in text for name in FOREIGN):
            # Those of the estimator save a model, the others look at results.
            monkeypatch.chdir(tmp_path if "save(" in text else folder)
            exec(code, dict(few))
            ran += 1
    assert ran >= 4


def calls(path):
    """Yield the words of all calls of our own programs in shell blocks, variables filled in."""
    lines = "\n".join(blocks(path, "sh", "bash")).replace("\\\n", " ").splitlines()
    for line in lines:
        text = re.sub(r'"\$\w+(/\$\w+)?"', lambda found: "1/2" if found[1] else "2", line)
        for words in (shlex.split(part, comments=True) for part in re.split(" && | [|] ", text)):
            if words:
                yield words


@every(DOCUMENTS)
def test_shell_snippets_are_understood(path):
    parsers = {
        "predict": partial(predict._parser, ROOT / "models/model.npz"),
        "place": place._parser,
        "cluster": cluster._parser,
        "sweep": sweep._parser,
    }
    for words in calls(path):
        name = Path(words[1]).stem if words[0].endswith("python") and len(words) > 1 else words[0]
        given = words[2:]
        if name == "make":
            dry = ["make", "--dry-run", *words[1:]]
            subprocess.run(dry, cwd=ROOT, check=True, capture_output=True)
            values = dict(word.partition("=")[::2] for word in words[2:])
            name = words[1]
            given = [*shlex.split(values.get("ARGS", "")), *shlex.split(values.get("IMAGES", ""))]
        if name in parsers:
            parsers[name]().parse_args(given)


# Behind each situation of docs/troubleshooting.md stands a test that sees what it says.


def test_each_says_what_one_sees_and_does():
    for name, entry in SITUATIONS.items():
        assert set(entry) - {"test", "tried"} == {"when", "see", "do"}, name
        assert ("test" in entry) != ("tried" in entry), name
        assert all(isinstance(text, str) and text for text in entry.values()), name


@pytest.mark.parametrize("name", [name for name, entry in SITUATIONS.items() if "test" in entry])
def test_the_test_looks_for_these_words(name):
    path, _, function = SITUATIONS[name]["test"].partition("::")
    text = text_of(ROOT / path)
    functions = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert function in functions
    assert f'"{name}"' in text or f"'{name}'" in text
