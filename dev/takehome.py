"""What to take home from clustered pictures: table, folders by cluster, overview, model."""

import csv
import html
import io
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from mnist_clustering import files

TABLE = "clusters.csv"
FOLDERS = "by_cluster"
COLUMNS = ("path", "cluster", "name", "x", "y", "distance", "reason")
# Where images are on the map, and their clusters.
_PARTS = (
    ("data/tsne/2d/train.npy", "data/evaluate/clusters_train.csv"),
    ("data/extend/positions.npy", "data/extend/clusters.csv"),
)
_MADE = ".made"
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
img{height:96px;margin:2px;object-fit:contain;background:#8882}h2{margin:2rem 0 .5rem}
:root{color-scheme:light dark}"""


def write(place: Path, folder: Path, target: Path, *, copies: bool) -> Iterable[str]:
    """Write the results of a workspace into the folder of its set.

    Parameters
    ----------
    place : Path
        The workspace, after its run.
    folder : Path
        Of the pictures.
    target : Path
        Where results go.
    copies : bool
        Whether pictures are copied into folders by cluster, or linked.

    Yields
    ------
    str
        A sentence on each thing that was made.
    """
    rows = table(place)
    with files.output(target / TABLE) as temporary:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")
    clustered = [row for row in rows if row["cluster"] != ""]
    names = {row["cluster"]: row["name"] for row in clustered}
    yield f"{len(clustered):,} pictures in {len(names)} clusters: {target / TABLE}"
    if len(rows) > len(clustered):
        yield f"{len(rows) - len(clustered):,} files could not be used: the table says why"
    _sort(clustered, folder, target / FOLDERS, copies)
    yield f"folders by cluster: {target / FOLDERS}"
    _replace(place / "plots", target / "pictures", "*.png")
    _overview(clustered, folder, target / "overview.html")
    yield f"to look at: {target / 'overview.html'} and {target / 'pictures'}"
    if (place / "site/index.html").is_file():
        _replace(place / "explorer", target / "explorer", "**/*")
        yield f"to explore: {target / 'site/index.html'}"
    shutil.copyfile(place / "models/model.npz", target / "model.npz")
    yield f"for new pictures: predict.py --model {target / 'model.npz'}"
    scores = json.loads((place / "metrics/scores.json").read_text(encoding="utf-8"))
    if "accuracy" in scores:
        yield f"{scores['accuracy']:.1%} of the labelled pictures are in their label's cluster"


def table(place: Path) -> list[dict[str, Any]]:
    """List every file of the set: cluster, position on the map, or why it was left out.

    Returns
    -------
    list of dict
        The keys `COLUMNS`. "distance" is that to the cluster's medoid, in units of the map; rows of
        a cluster begin with its medoid.
    """
    paths = [row["path"] for row in _read(place / "data/raw/paths.csv")]
    # The map's own images, then those that are placed on it.
    given = [row for _, table in _PARTS for row in _read(place / table)]
    train, _ = positions = [np.load(place / name).astype(np.float64) for name, _ in _PARTS]
    facts = json.loads((place / "data/examine/clusters.json").read_text(encoding="utf-8"))
    medoids = [train[cluster["medoid"]] for cluster in facts["clusters_2d"]]
    rows: list[dict[str, Any]] = []
    for image, position in zip(given, np.concatenate(positions), strict=True):
        cluster = int(image["clusters_2d"])
        away = float(np.hypot(*(position - medoids[cluster])))
        name = image["clusters_2d_label"]
        x, y = (f"{value:.3f}" for value in position)
        path = paths[int(image["index"])]
        found = (path, cluster, name, x, y, f"{away:.3f}", "")
        rows.append(dict(zip(COLUMNS, found, strict=True)))
    rows.sort(key=lambda row: (row["cluster"], float(row["distance"]), row["path"]))
    for left_out in _read(place / "data/raw/skipped.csv"):
        empty = dict.fromkeys(COLUMNS, "")
        rows.append(empty | {"path": left_out["path"], "reason": left_out["reason"]})
    return rows


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def folder_of(row: dict[str, Any]) -> str:
    """Name the folder of a row's cluster, safe for every file system."""
    name = "".join(c if c.isalnum() or c in " -_." else "_" for c in str(row["name"]))
    return f"c{row['cluster']}" + (f" {name}" if name else "")


def _sort(rows: list[dict[str, Any]], folder: Path, target: Path, copies: bool) -> None:
    """Link or copy pictures into a folder for each cluster; what others put there stays."""
    target.mkdir(parents=True, exist_ok=True)
    noted = target / _MADE
    for old in noted.read_text(encoding="utf-8").splitlines() if noted.is_file() else ():
        (target / old).unlink(missing_ok=True)
        if (target / old).parent.is_dir() and not any((target / old).parent.iterdir()):
            (target / old).parent.rmdir()
    made = []
    for row in rows:
        link = target / folder_of(row) / row["path"].replace("/", "__")
        link.parent.mkdir(exist_ok=True)
        if link.exists() or link.is_symlink():
            continue
        source = folder / row["path"]
        try:
            if copies:
                shutil.copy2(source, link)
            else:
                link.symlink_to(os.path.relpath(source, link.parent))
        except OSError:
            shutil.copy2(source, link)
        made.append(link.relative_to(target).as_posix())
    noted.write_text("\n".join(made), encoding="utf-8")


def _replace(source: Path, target: Path, pattern: str) -> None:
    """Copy files that match a pattern, over those of an earlier run."""
    for path in sorted(source.glob(pattern)):
        if path.is_file():
            (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / path.relative_to(source))


def _overview(rows: list[dict[str, Any]], folder: Path, path: Path) -> None:
    """Write a page with all pictures by cluster, those near the medoid first."""
    title = f"Clusters of {html.escape(folder.name)}"
    parts = [
        f"<!DOCTYPE html><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title}</h1><p>{len(rows):,} pictures, in each cluster from its middle outwards.</p>",
    ]
    sizes: dict[Any, int] = {}
    for row in rows:
        sizes[row["cluster"]] = sizes.get(row["cluster"], 0) + 1
    last = None
    for row in rows:
        if row["cluster"] != last:
            last = row["cluster"]
            title = f"c{last}" + (f" · {row['name']}" if row["name"] else "")
            parts.append(f"<h2>{html.escape(title)} <small>{sizes[last]:,}</small></h2>")
        link = (folder / row["path"]).as_uri()
        parts.append(f'<img loading=lazy src="{link}" title="{html.escape(row["path"])}">')
    with files.output(path) as temporary:
        temporary.write_text("\n".join(parts) + "\n", encoding="utf-8")
