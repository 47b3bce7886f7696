"""The tables of README.md and docs, each between two marks."""

from collections.abc import Mapping
from pathlib import Path

from dev import provenance
from dev.benchmarks import page
from dev.tables import api, params, published, results, situations
from dev.tables.markdown import table
from stages import drawings


def filled(root: Path) -> dict[Path, str]:
    """Return the documents with their marked tables made anew.

    A table stands between ``<!-- made by make renew: NAME -->`` and ``<!-- end -->``. One of a
    study or a benchmark ends in a remark where code or params have changed since.

    Parameters
    ----------
    root : Path
        The folder of the project.

    Returns
    -------
    dict of Path to str
        The text of each document.
    """
    tables = {
        "README.md": {
            "figures": results.figures(root) + remark(root, results.ORIGINAL_PARAMS),
            "published": published.published(root) + remark(root, results.SEEDS),
        },
        "docs/method.md": {
            "criteria": results.criteria(root),
            "published": published.published(root, references=True) + remark(root, results.SEEDS),
            "ceiling": results.ceiling(root),
            "quality": results.quality(root),
            "scores": results.scores(root),
            "seeds": results.seeds(root) + remark(root, results.SEEDS),
            "stability": results.stability(root) + remark(root, results.SEEDS),
        },
        "docs/ablation.md": {
            "ablation": results.ablation(root) + remark(root, results.ABLATION),
            "peers": results.peers(root) + remark(root, results.PEERS),
        },
        "docs/data.md": {"sets": results.sets(root) + remark(root, results.SETS)},
        "docs/predict.md": {
            "predict": results.predictions(root) + remark(root, results.PREDICT),
            "sheets": results.sheets(root) + remark(root, results.PREDICT),
        },
        "docs/params.md": {"params": params.params(root), "runs": params.runs(root)},
        "docs/troubleshooting.md": {"situations": situations.situations(root)},
        "docs/scaling.md": {
            "candidates": results.candidates(root) + remark(root, results.PLACING),
            "million": results.million(root) + remark(root, results.PLACING),
            "fitting": results.fitting(root) + remark(root, results.FITTING),
        },
        "docs/findings.md": {
            "flips": results.flips(root) + remark(root, results.AUDIT),
            "copies": results.copies(root) + remark(root, results.AUDIT),
        },
        "docs/api.md": {"api": api.api()},
        "docs/output.md": {"pictures": pictures()},
        "docs/benchmarks.md": {
            name: text + "".join(remark(root, page.FILES[part]) for part in page.MADE_OF[name])
            for name, text in page.tables(root).items()
        },
    }
    return {root / name: _fill(root / name, made) for name, made in tables.items()}


def _fill(path: Path, tables: Mapping[str, str]) -> str:
    text = path.read_text(encoding="utf-8")
    for name, made in tables.items():
        start = f"<!-- made by make renew: {name} -->\n"
        before, marked, rest = text.partition(start)
        _, ended, after = rest.partition("<!-- end -->")
        if not marked or not ended:
            raise ValueError(f"{path.name} has no table {name}: put it between {start}<!-- end -->")
        text = f"{before}{start}\n{made}\n{ended}{after}"
    return text


def remark(root: Path, path: str) -> str:
    """Say below a table which code or params have changed since its results were made."""
    if not (root / path).is_file():
        return ""
    sentence = provenance.sentence(root / path)
    return f"\n*{sentence}*\n" if sentence else ""


def without_remarks(text: str) -> str:
    """Return a document without what `remark` adds."""
    return "".join(
        line
        for line in text.replace("\n\n*Measured", "\n*Measured").splitlines(keepends=True)
        if not line.startswith("*Measured")
    )


def pictures() -> str:
    """Lay out the drawings."""
    rows = [
        (f"`{drawings.OUTPUT.format(name)}`", "picture", drawing.shows)
        for name, drawing in (drawings.CURVES | drawings.CLUSTERS).items()
    ]
    return table(("path", "content", "meaning"), rows)
