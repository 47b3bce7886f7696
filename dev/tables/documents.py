"""The tables of README.md and docs, each between two marks."""

import re
from pathlib import Path

from dev import graph, provenance
from dev.tables import api, benchmarks, cards, params, results
from dev.tables.markdown import table
from stages import drawings

SITUATIONS = "tests/situations.yaml"


def filled(root: Path) -> dict[Path, str]:
    """Return the documents with their marked tables made anew.

    A table stands between ``<!-- made by make renew: NAME -->`` and ``<!-- end -->``. One of a
    study or a benchmark ends in a remark where code or params have changed since.
    """
    made = {
        ("docs/params.md", "params"): params.params(root),
        ("docs/params.md", "runs"): params.runs(root),
        ("docs/troubleshooting.md", "situations"): situations(root),
        ("docs/api.md", "api"): api.api(),
        ("docs/output.md", "pictures"): pictures(),
        ("docs/data_card.md", "data"): cards.data(root),
        ("docs/model_card.md", "model"): cards.model(root),
    }
    for document, name, maker, shown in results.TABLES:
        made[document, name] = maker(root) + (remark(root, shown) if shown else "")
    for name, (text, files) in benchmarks.tables(root).items():
        made["docs/benchmarks.md", name] = text + "".join(remark(root, file) for file in files)
    texts: dict[Path, str] = {}
    for (document, name), text in made.items():
        path = root / document
        texts[path] = _fill(
            texts.get(path) or path.read_text(encoding="utf-8"), name, text, document
        )
    return texts


def _fill(text: str, name: str, made: str, document: str) -> str:
    start = f"<!-- made by make renew: {name} -->\n"
    before, marked, rest = text.partition(start)
    _, ended, after = rest.partition("<!-- end -->")
    if not marked or not ended:
        raise ValueError(f"{document} has no table {name}: put it between {start}<!-- end -->")
    return f"{before}{start}\n{made}\n{ended}{after}"


def remark(root: Path, path: str) -> str:
    """Say below a table which code or params have changed since its results were made."""
    sentence = provenance.sentence(root / path) if (root / path).is_file() else ""
    return f"\n*{sentence}*\n" if sentence else ""


def without_remarks(text: str) -> str:
    """Return a document without what `remark` adds."""
    return re.sub(r"\n\*Measured [^\n]*\*\n", "", text)


def situations(root: Path) -> str:
    """Lay out, group by group, what can happen, what one sees, and what to do."""
    parts = []
    for group, entries in graph.load_yaml(SITUATIONS, root).items():
        rows = []
        for own in entries.values():
            tried = f" (Tried {own['tried']}.)" if "tried" in own else ""
            rows.append((own["when"], f"`{own['see']}`", own["do"] + tried))
        parts.append(f"## {group}\n\n{table('situation | what you see | what to do', rows)}")
    return "\n".join(parts)


def pictures() -> str:
    """Lay out the drawings."""
    rows = [
        (f"`{drawings.OUTPUT.format(name)}`", "picture", drawing.shows)
        for name, drawing in (drawings.CURVES | drawings.CLUSTERS).items()
    ]
    return table("path | content | meaning", rows)
