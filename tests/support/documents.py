"""What stands in the documents: prose, blocks, names in backticks, commands, tables."""

import re
import shlex
import textwrap

from dev import graph

ROOT = graph.ROOT
README = ROOT / "README.md"
RUNNING = ROOT / "docs/running.md"
PARAMS = ROOT / "docs/params.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)  # Language, text.


def text_of(path):
    return path.read_text(encoding="utf-8")


def prose(path):
    return FENCE.sub("", text_of(path))


def fenced(path):
    """Return language and text of each block."""
    return [(language, textwrap.dedent(text)) for language, text in FENCE.findall(text_of(path))]


def blocks(path, *languages):
    return [block for language, block in fenced(path) if language in languages]


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


def rows(path, columns):
    """Return the rows of a document's tables with this many columns, headings left out."""
    lines = re.findall(r"^\|(.+)\|$", prose(path), re.MULTILINE)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]
    return [row for row in cells if len(row) == columns and set("".join(row)) - set("-: ")]
