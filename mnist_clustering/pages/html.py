"""Parts of a page that is readable without scripts: escaped text, tables, pictures, downloads."""

import base64
import html
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #59636e; --raised: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --line: #30363d; --soft: #9198a1; --raised: #161b22; }
  body { background: #0d1117; color: #e6edf3; } a { color: #6cb0f5; }
}
body { font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; margin: 0 auto;
  padding: 1.5rem 1rem 4rem; max-width: 60rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } h2 { margin-top: 2.6rem; border-bottom: 1px solid var(--line); }
.result { font-size: 1.25rem; } .soft, figcaption { color: var(--soft); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
.wide { overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem .25rem 0; text-align: left;
  vertical-align: top; overflow-wrap: normal; }
td.number, th.number { text-align: right; }
figure { margin: 2rem 0; } img { max-width: 100%; height: auto; } figure img { background: #fff; }
details { background: var(--raised); border-radius: 6px; padding: .4rem .8rem; margin: .5rem 0; }
summary { cursor: pointer; } code, pre { font-size: .9em; } pre { white-space: pre-wrap; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.near { display: flex; flex-wrap: wrap; gap: 2px; image-rendering: pixelated; }
.zoom { display: block; cursor: zoom-in; } .zoom input { position: absolute; opacity: 0; }
.zoom:focus-within { outline: 2px solid; }
.zoom:has(:checked) { position: fixed; inset: 0; z-index: 1; overflow: auto; background: #fff;
  cursor: zoom-out; } .zoom:has(:checked) img { max-width: none; }
@media print { body { max-width: none; } figure, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } }
@media (max-width: 40rem) { .pair { grid-template-columns: 1fr; } }
"""
# For browsers without `::details-content`.
_PRINTED = (
    '<script>addEventListener("beforeprint", () => document.querySelectorAll("details")'
    ".forEach((each) => each.open = true))</script>"
)


def document(title: str, body: Iterable[str], style: str = "") -> str:
    """Put a page together, which prints whole.

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
        f"<title>{text(title)}</title>\n<style>{STYLE}{style}</style>\n{_PRINTED}\n</head>\n<body>\n"
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
    head = f"<thead><tr>{head}</tr></thead>\n" if any(header) else ""
    return f'<div class="wide"><table>\n{head}<tbody>\n{body}</tbody>\n</table></div>'


def _cell(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith("<") else text(value)


def details(summary: str, *content: str) -> str:
    """Fold content away under a line."""
    return f"<details><summary>{text(summary)}</summary>\n" + "\n".join(content) + "\n</details>"


def image(picture: bytes | NDArray[np.uint8], alternative: str, more: str = "") -> str:
    """Inline a picture.

    Parameters
    ----------
    picture : bytes or ndarray of uint8, shape (height, width) or (height, width, 3)
        A PNG, or intensities.
    alternative : str
        What is said where it is not seen.
    more : str
        Further attributes.
    """
    png = picture if isinstance(picture, bytes) else encode(picture, "PNG")
    return f'<img src="{address(png, "image/png")}" alt="{text(alternative)}"{more}>'


def figure(picture: str, caption: str, *more: str) -> str:
    """Show a picture, in full size on a click, with words below and more behind them."""
    words = f"<figcaption>{text(caption)}</figcaption>"
    zoom = f'<input type="checkbox" aria-label="full size">{picture}'
    return f'<figure><label class="zoom">{zoom}</label>{words}{"".join(more)}</figure>'


def pinned(index: int, content: str = "", explorer: str = "site/index.html") -> str:
    """Link to the image of an index in the data set, which the explorer pins and goes to."""
    shown = f">{content}" if content else f' aria-label="image {index}">{index}'
    return f'<a href="{explorer}#pin=row-{index}"{shown}</a>'


def download(path: str, content: bytes) -> str:
    """Link to a file that the page itself holds."""
    name = path.rpartition("/")[2]
    kind = "text/csv" if path.endswith(".csv") else "application/json"
    return f'<a download="{text(name)}" href="{address(content, kind)}">{text(path)}</a>'


def encode(picture: NDArray[np.uint8], kind: str) -> bytes:
    """Write intensities in a format that Pillow knows."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(file, kind, quality=80)
    return file.getvalue()


def address(content: bytes, kind: str) -> str:
    """Return an address that holds its content."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
