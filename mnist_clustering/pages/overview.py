"""A page of all pictures by cluster, which holds what it shows: it can be moved and mailed."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.pages import html
from mnist_clustering.sorting import Member

# Pictures on a page, shared among its clusters, and the least that a cluster shows: 10 MB of HTML.
_MOST = 6000
_LEAST = 20
_STYLE = """
body { max-width: 75rem; } ol { display: flex; flex-wrap: wrap; gap: 3px; list-style: none;
  padding: 0; } li { overflow-wrap: anywhere; max-width: 12rem; }
li img { display: block; min-height: 64px; }
"""


def page(
    title: str,
    members: Sequence[Member],
    thumbnails: Mapping[str, NDArray[np.uint8]],
    links: Mapping[str, str],
) -> str:
    """Show pictures by cluster, from its middle outwards.

    Parameters
    ----------
    title : str
    members : sequence of Member
        By cluster, in the order in which they are shown.
    thumbnails : mapping of str to ndarray of uint8, shape (side, side, 3)
        By path; without one, a picture's path is shown.
    links : mapping of str to str
        Where a click on a picture leads to, relative to the page, by path; others lead nowhere.

    Returns
    -------
    str
        HTML.
    """
    clusters = [list(own) for _, own in groupby(members, key=lambda member: member.cluster)]
    most = max(_LEAST, _MOST // max(len(clusters), 1))
    body = [
        f"<h1>{html.text(title)}</h1>",
        f"<p>{len(members):,} pictures, in each cluster from its middle outwards."
        + (" A click opens one, if its folder lies beside this page." if links else "")
        + "</p>",
        *(part for own in clusters for part in _cluster(own, most, thumbnails, links)),
    ]
    return html.document(title, body, _STYLE)


def _cluster(
    members: Sequence[Member],
    most: int,
    thumbnails: Mapping[str, NDArray[np.uint8]],
    links: Mapping[str, str],
) -> Iterable[str]:
    name = f"c{members[0].cluster}" + (f" · {members[0].name}" if members[0].name else "")
    yield f"<h2>{html.text(name)} <small>{len(members):,} pictures</small></h2>"
    if len(members) > most:
        yield f'<p class="soft">The {most:,} nearest to its middle; the table lists all.</p>'
    yield "<ol>"
    for member in members[:most]:
        shown = _shown(html.text(member.path), thumbnails.get(member.path))
        link = links.get(member.path)
        yield f'<li><a href="{quote(link)}">{shown}</a></li>' if link else f"<li>{shown}</li>"
    yield "</ol>"


def _shown(path: str, thumbnail: NDArray[np.uint8] | None) -> str:
    """Inline a thumbnail; browsers show it whatever the kind of the picture itself."""
    if thumbnail is None:
        return path
    data = html.address(html.encode(thumbnail, "WEBP"), "image/webp")
    return f'<img loading="lazy" src="{data}" alt="{path}" title="{path}">'
