"""Clustered pictures as a table, and as links or copies in a folder for each cluster."""

import csv
import hashlib
import io
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.ledger import Ledger

FOLDERS = "by_cluster"
COLUMNS = ("path", "cluster", "name", "label", "x", "y", "distance", "reason")
# Bytes of a name; file systems take 255, and a name that is being written is longer.
_LONGEST = 200
_DIGITS = 3


@dataclass(frozen=True)
class Member:
    """A picture that is in a cluster."""

    path: str  # within its folder, as `images.collection.list_folder` shows it
    cluster: int
    name: str  # the label that the cluster stands for, empty for none
    label: str  # the picture's own, likewise
    x: float  # where it is on the map
    y: float
    distance: float  # from the cluster's medoid, in units of the map


def members(
    paths: Sequence[str],
    clusters: Sequence[int],
    names: Sequence[str],
    labels: Sequence[str],
    positions: NDArray[np.floating],
    medoids: NDArray[np.floating],
) -> list[Member]:
    """Join what is known of each of n pictures: by cluster, from its medoid outwards."""
    away = np.hypot(*(positions - medoids[np.asarray(clusters)]).T)
    numbers = [np.round(column, _DIGITS).tolist() for column in (*positions.T, away)]
    found = map(Member, paths, clusters, names, labels, *numbers)
    return sorted(found, key=lambda member: (member.cluster, member.distance, member.path))


def table(found: Iterable[Member], left_out: Iterable[tuple[str, str]]) -> bytes:
    """Write a row for every file as CSV: its cluster and place, or why it was left out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for member in found:
        numbers = (f"{value:.{_DIGITS}f}" for value in (member.x, member.y, member.distance))
        writer.writerow((member.path, member.cluster, member.name, member.label, *numbers, ""))
    writer.writerows((path, *[""] * (len(COLUMNS) - 2), reason) for path, reason in left_out)
    return text.getvalue().encode()


def sort_into_folders(
    found: Sequence[Member], folder: Path, ledger: Ledger, *, copies: bool
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Link or copy pictures of a folder into one for each cluster, below `FOLDERS`.

    What users put there or changed there stays as it is. Where links are not possible, copies take
    their place.

    Returns
    -------
    names : dict of str to str
        Where each picture is now, within the ledger's folder.
    failed : list of (str, str)
        Paths of those that could be neither linked nor copied, and why.

    Raises
    ------
    InputError
        If the disk is full.
    """
    flat = flat_names([member.path for member in found])
    names, failed = {}, []
    for member in found:
        name = f"{FOLDERS}/{folder_name(member)}/{flat[member.path]}"
        try:
            _link_or_copy(ledger, name, _original(folder, member.path), copies=copies)
            names[member.path] = name
        except OSError as error:
            failed.append((member.path, error.strerror or str(error)))
    ledger.prune(FOLDERS)
    return names, failed


def _link_or_copy(ledger: Ledger, name: str, source: Path, *, copies: bool) -> None:
    source.stat()  # Refuses a picture that is gone: a link to it could be made.
    if not copies:
        try:
            return ledger.offer_link(name, source)
        except OSError:
            pass  # Some file systems have no links.
    return ledger.offer_copy(name, source)


def _original(folder: Path, shown: str) -> Path:
    """Find a file by the path that is shown, in which bytes that are no UTF-8 are escaped."""
    if os.path.lexists(folder / shown):
        return folder / shown
    return folder / re.sub(r"\\(udc[89a-f][0-9a-f])", lambda byte: chr(int(byte[1][1:], 16)), shown)


def folder_name(member: Member) -> str:
    """Name the folder of a picture's cluster, safe for every file system."""
    name = "".join(c if c.isalnum() or c in " -_." else "_" for c in member.name)
    return f"c{member.cluster}" + (f" {_cut(name)}" if name else "")


def flat_names(paths: Sequence[str]) -> dict[str, str]:
    r"""Name each file by its whole path, so that all fit into one folder.

    Names that are too long, that hold what cannot be printed, or that several paths would share
    (also where upper and lower case are one) get a part of the path's digest.

    Examples
    --------
    >>> flat_names(["a/1.png", "b/1.png"])
    {'a/1.png': 'a__1.png', 'b/1.png': 'b__1.png'}
    >>> flat_names(["a/b__c.png", "a__b/c.png", "line\nbreak.png"]).values()
    dict_values(['a__b__c~1edbf92a.png', 'a__b__c~76e15d6b.png', 'line_break~dc2580c6.png'])
    """
    flat = {path: path.replace("/", "__") for path in paths}
    uses = Counter(_key(name) for name in flat.values())
    return {
        path: name
        if uses[_key(name)] == 1 and name.isprintable() and len(name.encode()) <= _LONGEST
        else _marked(path, name)
        for path, name in flat.items()
    }


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _marked(path: str, name: str) -> str:
    printable = PurePosixPath("".join(c if c.isprintable() else "_" for c in name))
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{_cut(printable.stem)}~{digest}{_cut(printable.suffix, 20)}"


def _cut(text: str, most: int = _LONGEST // 2) -> str:
    return text.encode()[:most].decode(errors="ignore")
