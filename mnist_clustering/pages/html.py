"""Parts of a page that is readable without scripts: escaped text, tables, figures."""

import base64
import html
from collections.abc import Iterable, Sequence
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #59636e; --raised: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --line: #30363d; --soft: #9198a1; --raised: #161b22; }
  body { background: #0d1117; color: #e6edf3; } a { color: #6cb0f5; }
}
body { font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; margin: 0 auto;
  padding: 1.5rem 1rem 4rem; max-width: 60rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.6rem; border-bottom: 1px solid var(--line); }
.result { font-size: 1.25rem; } .soft, figcaption { color: var(--soft); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
.wide { overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem .25rem 0; text-align: left;
  vertical-align: top; }
td.number, th.number { text-align: right; }
figure { margin: 2rem 0; } img { max-width: 100%; height: auto; }
details { background: var(--raised); border-radius: 6px; padding: .4rem .8rem; margin: .5rem 0; }
summary { cursor: pointer; } code { font-size: .9em; overflow-wrap: anywhere; }
td:first-child code { white-space: nowrap; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
@media print { body { max-width: none; } figure, tr { break-inside: avoid; } }
@media (max-width: 40rem) { .pair { grid-template-columns: 1fr; } }
"""


def document(title: str, body: Iterable[str], style: str = "") -> str:
    """Put a page together.

    Parameters
    ----------
    title : str
    body : iterable of str
        HTML.
    style : str
        CSS of this page alone.
    """
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def text(value: Any) -> str:
    """Escape what is no HTML; None is a dash."""
    return "–" if value is None else html.escape(str(value))


def code(value: Any) -> str:
    """Set in type of one width."""
    return f"<code>{text(value)}</code>"


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table; numbers stand to the right.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequences
        Texts and numbers are escaped; what `code` and other functions here return is kept if it
        begins with a tag.
    """
    lines = [list(row) for row in rows]
    numeric = [
        bool(lines) and all(isinstance(row[i], int | float) for row in lines if row[i] is not None)
        for i in range(len(header))
    ]
    kinds = [' class="number"' if is_number else "" for is_number in numeric]
    head = "".join(f"<th{kind}>{text(name)}</th>" for kind, name in zip(kinds, header, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{_cell(v)}</td>" for kind, v in zip(kinds, row, strict=True))
        + "</tr>\n"
        for row in lines
    )  # fmt: skip
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>"
    )


def _cell(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith("<") else text(value)


def details(summary: str, *content: str) -> str:
    """Fold content away under a line."""
    return f"<details><summary>{text(summary)}</summary>\n" + "\n".join(content) + "\n</details>"


def image(png: bytes, alternative: str) -> str:
    """Inline a picture."""
    data = base64.b64encode(png).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{text(alternative)}">'
