"""Sections of the report: result, figures with what made them, data set."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.figures import captions
from mnist_clustering.pages import html

# Indices of images by the name of their group.
Groups = dict[str, list[int]]
PARTITIONS = {
    "pixels": "KMeans on pixels",
    "kmeans_2d": "KMeans on the 2-D map",
    "kmeans_3d": "KMeans on the 3-D map",
    "merged_2d": "merged, 2-D map",
    "merged_3d": "merged, 3-D map",
    "clusters_2d": "clusters of the 2-D map",
    "clusters_3d": "clusters of the 3-D map",
}
_HELD_OUT = {
    "official": "The test images are the official ones, held out: nothing was fitted to them.",
    "stratified": "The test images were drawn at random and held out: nothing was fitted to them.",
    "validation": "The test images are the last sixth of the official training images, held out.",
    "all": "The test images are among those that everything was fitted on: not held out.",
}
EXPLORER = (
    '<p>Every image on the maps: <a href="site/index.html">explorer</a>. It is no part of this '
    "page: whoever gets it by mail needs the folder <code>site</code> beside it too.</p>"
)
# Rows of a table that is written out, and bytes of a file that the page holds.
_LONGEST, _LARGEST = 60, 100_000


def result(
    scores: Mapping[str, Any],
    evaluated: Mapping[str, Any],
    intervals: Mapping[str, Any],
    headline: str,
    method: str,
) -> str:
    """Say first what came out.

    Parameters
    ----------
    scores : mapping
        "k", and "accuracy" where there are labels.
    evaluated, intervals : mapping
        Scores by partition and part, and the intervals of those of test.
    headline : str
        The partition that the result is about.
    method : str
        The param ``split.method``.
    """
    held = _HELD_OUT.get(method, "")
    if "accuracy" not in scores:
        return f'<p class="result">{scores["k"]} clusters; without labels there are no scores.</p>'
    interval = intervals[headline]["accuracy"]
    lead = (
        f'<p class="result"><strong>{_percent(scores["accuracy"])} %</strong> of the test images '
        f"lie in a cluster of their label (95 % interval {_percent(interval['low'])} to "
        f"{_percent(interval['high'])} %), with {scores['k']} clusters. {held}</p>"
    )
    header = ("partition", "accuracy, test", "95 % interval", "by majority", "NMI", "ARI", "train")
    rows = [
        (
            PARTITIONS.get(name, name),
            _percent(parts["test"]["accuracy"]),
            " to ".join(_percent(intervals[name]["accuracy"][end]) for end in ("low", "high")),
            _percent(parts["test"]["majority_accuracy"]),
            f"{parts['test']['nmi']:.3f}",
            f"{parts['test']['ari']:.3f}",
            _percent(parts["train"]["accuracy"]),
        )
        for name, parts in evaluated.items()
    ]
    note = (
        '<p class="soft">Accuracy in percent: clusters are matched one to one with labels on the '
        "images that are scored; by majority, each cluster is named after its most frequent label "
        "on train. NMI is normalised mutual information, ARI the adjusted Rand index.</p>"
    )
    return lead + html.table(header, rows) + note


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def figure(
    shows: str, command: str, files: Mapping[str, bytes], params: Mapping[str, Any], more: str = ""
) -> str:
    """Show a picture, and behind a line the command, params, digests and the data themselves.

    Parameters
    ----------
    shows : str
        What it shows.
    command : str
        That drew it.
    files : mapping of str to bytes
        Contents by path, first of the picture, then of all that it was drawn from.
    params : mapping
        Those of the drawing, by dotted name.
    more : str
        HTML that stands below it first.
    """
    picture = next(iter(files.values()))
    rows = [
        ("command", html.code(command)),
        *((f"param {key}", html.code(value)) for key, value in params.items()),
        *((_held(path, content), html.code(f"md5 {digest(content)}"))
          for path, content in files.items()),
    ]  # fmt: skip
    tables = [_table(content) for path, content in files.items() if path.endswith(".csv")]
    made = html.details("How it was made, and its data", html.table(("", ""), rows), *tables)
    return html.figure(html.image(picture, shows), f"{shows}.", more, made)


def images(groups: Mapping[str, Sequence[int]]) -> str:
    """Link the images of a picture, by group and as they stand in it, to the explorer."""
    rows = [(name, " ".join(map(html.pinned, own))) for name, own in groups.items()]
    return html.details("Its images in the explorer", html.table(("", ""), rows)) if groups else ""


def members(portraits: Sequence[Mapping[str, Any]], indices: NDArray[np.int32]) -> Groups:
    """List the images in the picture of the clusters by index: the medoid of each, then others."""
    groups = {}
    for i, own in enumerate(portraits):
        rows = [row for row in (own["medoid"], *own["members"]) if row is not None]
        cluster = captions.cluster_name(i, own["digit"], matched=own["purity"] is not None)
        groups[cluster] = indices[rows].tolist()
    return groups


def confused(rows: Iterable[Mapping[str, str]], named: str, most: int, wide: int) -> Groups:
    """List the images in the picture of confusions by index, the most misplaced of a pair first.

    Parameters
    ----------
    rows : iterable of mapping
        Of the table of test images, with the column ``named`` for the label of the cluster.
    named : str
    most, wide : int
        Pairs, and images of each.
    """
    groups: Groups = {}
    for row in sorted(rows, key=lambda row: -float(row["misplaced"])):
        true, given = row["label"], row[named]
        if true not in ("", given):
            pair = f"{true} → {given or captions.NONE}"
            groups.setdefault(pair, []).append(int(row["index"]))
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {pair: own[:wide] for pair, own in ranked[:most]}


def pasteable(params: str) -> str:
    """Hold all params behind a line."""
    return html.details("All params, as params.yaml takes them", f"<pre>{html.text(params)}</pre>")


def _held(path: str, content: bytes) -> str:
    """Name a file; tables and JSON that are not large can be taken from the page."""
    small = path.endswith((".csv", ".json")) and len(content) <= _LARGEST
    return html.download(path, content) if small else path


def _table(content: bytes) -> str:
    """Write out a small table, which is all that a curve is made of."""
    header, *rows = (line.split(",") for line in content.decode("utf-8").splitlines())
    if len(rows) > _LONGEST:
        return ""
    return html.table(header, [[_number(cell) for cell in row] for row in rows])


def _number(cell: str) -> Any:
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell


def digest(content: bytes) -> str:
    """MD5, by which DVC knows files."""
    return hashlib.md5(content).hexdigest()


def leaves(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested values by dotted name."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        found |= leaves(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found


def data_set(dataset: Mapping[str, Any]) -> str:
    """Name the data set, its licence and its source."""
    parts = [f"<strong>{html.text(dataset.get('title', 'images'))}</strong>"]
    if "licence" in dataset:
        parts.append(f"licence: {html.text(dataset['licence'])}")
    if "citation" in dataset:
        parts.append(html.text(" ".join(dataset["citation"].split())))
    return f"<p>Data set: {'; '.join(parts)}</p>"


def listed(items: Sequence[str]) -> str:
    """Write a numbered list."""
    return "<ol>" + "".join(f"<li>{html.text(item)}</li>" for item in items) + "</ol>"
