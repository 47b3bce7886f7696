"""A page of suspect labels and of copies, each with pictures beside the nearest evidence."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_clustering.pages import html

# Of the page where stage `examine` writes it.
EXPLORER = "../../site/index.html"
# Rows of suspects, and of copies of a kind; of pictures in colour, which take more room, a fifth.
_MOST, _MOST_COPIES = 500, 50
_EVIDENCE = 5
_STYLE = """
body { max-width: 75rem; } img { image-rendering: pixelated; height: 56px; display: block; }
td { vertical-align: middle; }
"""


def page(
    title: str,
    suspects: Mapping[str, Sequence[Any]],
    evidence: Sequence[Mapping[str, Sequence[int]]],
    copies: Mapping[str, Sequence[Any]],
    names: Sequence[str],
    places: Sequence[int],
    pictures: NDArray[np.uint8],
    notes: Sequence[str] = (),
) -> str:
    """Lay out a page that needs no other file; beside the explorer, its images lead there.

    Parameters
    ----------
    title : str
        Of the set.
    suspects, copies : mapping of str to sequence
        As of `findings.evidence.suspects_table` and `findings.copies.Copies.table`.
    evidence : sequence of mapping
        For each suspect the rows of the nearest images that have the "suggested" label and the
        "given" one.
    names : sequence of str
        What to call each image.
    places : sequence of int
        Index of each image in the data set.
    pictures : ndarray of uint8, shape (n, height, width) or (n, height, width, 3)
        Empty if there is nothing to see, as of vectors.
    notes : sequence of str
        Sentences to begin with.

    Returns
    -------
    str
        HTML.
    """
    share = 5 if pictures.ndim == 4 else 1
    most, most_copies = _MOST // share, _MOST_COPIES // share

    def strip(rows: Sequence[int], *, named: bool = True) -> str:
        if not len(pictures) or not len(rows):
            return "–"
        file = io.BytesIO()
        Image.fromarray(np.hstack([pictures[row] for row in rows])).save(file, "PNG")
        return html.image(file.getvalue(), ", ".join(names[row] for row in rows if named))

    def link(row: int, picture: str = "") -> str:
        return html.pinned(places[row], picture + html.text(names[row]), EXPLORER)

    def suspect_rows() -> Iterator[Sequence[Any]]:
        for i, row in enumerate(suspects["index"][:most]):
            given, suggested = suspects["given"][i], suspects["suggested"][i]
            votes = f"{suspects['support'][i]:.0%} / {suspects['own'][i]:.0%}"
            yield (
                link(row, strip([row], named=False) if len(pictures) else ""),
                f"<span>{html.text(f'{given} → {suggested}')}</span>",
                suspects["certainty"][i], suspects["cluster"][i], votes,
                suspects["distance_ratio"][i], suspects["novelty"][i],
                strip(evidence[i]["suggested"]),
                strip(evidence[i]["given"]),
            )  # fmt: skip

    header = ("image", "label", "certainty", "cluster", "votes", "ratio", "novelty",
              "nearest with the suggested label", "nearest with the given one")  # fmt: skip
    n_suspects = len(suspects["index"])
    body = [f"<h1>Labels and copies of {html.text(title)}</h1>"]
    body += [f'<p class="result">{html.text(note)}.</p>' for note in notes]
    body.append(f"<h2>{n_suspects:,} suspect labels</h2>")
    if n_suspects:
        body.append(
            f"<p>{f'The first {most} of them, t' if n_suspects > most else 'T'}he most certain "
            "first. Votes are those for the suggested and for the given label; the ratio says how "
            "much farther the nearest image of the given label is; novelty is the share of all "
            "images that are less unusual. An image's name opens it in the explorer, "
            f"which is no part of this page: it is looked for at <code>{EXPLORER}</code>.</p>"
        )
        body.append(html.table(header, suspect_rows()))
    pairs = list(zip(copies["kind"], copies["first"], copies["second"], strict=True))
    for kind in dict.fromkeys(copies["kind"]):
        own = [pair for pair in pairs if pair[0] == kind]
        body.append(f"<h2>{len(own):,} pairs: {kind}</h2>")
        shown = [(strip([a, b]), link(a), link(b)) for _, a, b in own[:most_copies]]
        body.append(html.table(("", "first", "second"), shown))
    return html.document(f"Labels and copies of {title}", body, _STYLE)
