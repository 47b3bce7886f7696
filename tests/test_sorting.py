"""Clustered pictures as a table and in folders: every name fits, and no two are one."""

import csv
import io
import os

import numpy as np
import pytest

from mnist_clustering import sorting
from mnist_clustering.images import collection
from mnist_clustering.ledger import Ledger

# Names that systems allow, and that have ended runs or taken one another's place.
ODD = [
    b"a/b__c.png",
    b"a__b/c.png",
    b"x/A.png",
    b"X/a.png",
    b"line\nbreak.png",
    b"caf\xe9.png",  # Latin-1
    b"quote'\"<&>.png",
    b"-rf.png",
    "größe.png".encode(),
    b"/".join([b"d" * 200] * 3) + b"/1.png",
    b"/".join([b"d" * 200] * 3) + b"/2.png",
    ("ü" * 120 + ".png").encode(),
    b"n" * 251 + b".png",
]


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    for name in ODD:
        path = os.path.join(os.fsencode(folder), name)  # noqa: PTH118
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb") as file:
            file.write(name)
    return folder


def members(paths, clusters=None):
    clusters = [i % 3 for i in range(len(paths))] if clusters is None else clusters
    positions = np.arange(2 * len(paths), dtype=float).reshape(-1, 2)
    names = ["zero", "", "a/b\n" + "x" * 300]
    return sorting.members(
        paths,
        clusters,
        [names[c] for c in clusters],
        [""] * len(paths),
        positions,
        np.zeros((3, 2)),
    )


@pytest.mark.parametrize("copies", [False, True])
def test_every_picture_comes_into_the_folder_of_its_cluster(pictures, tmp_path, copies):
    paths = list(collection.list_folder(pictures))
    assert len(paths) == len(ODD)
    home = tmp_path / "home"
    for _ in range(2):
        ledger = Ledger(home)
        names, failed = sorting.sort_into_folders(members(paths), pictures, ledger, copies=copies)
        assert (failed, ledger.kept) == ([], [])
        assert set(names) == set(paths)
        contents = [(home / name).read_bytes() for name in names.values()]
        assert sorted(contents) == sorted(ODD)
        assert all((home / name).is_symlink() != copies for name in names.values())
        assert len({name.casefold() for name in names.values()}) == len(ODD)
        assert all(name.isprintable() for name in names.values())
        assert {path.name[:2] for path in (home / sorting.FOLDERS).iterdir()} == {"c0", "c1", "c2"}


@pytest.mark.parametrize("copies", [False, True])
def test_a_picture_that_is_gone_is_named_and_the_others_come(pictures, tmp_path, copies):
    paths = list(collection.list_folder(pictures))
    (pictures / "größe.png").unlink()
    names, failed = sorting.sort_into_folders(
        members(paths), pictures, Ledger(tmp_path / "home"), copies=copies
    )
    assert failed == [("größe.png", "No such file or directory")]
    assert set(names) == set(paths) - {"größe.png"}


def test_where_links_are_not_possible_copies_take_their_place(pictures, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    paths = list(collection.list_folder(pictures))
    home = tmp_path / "home"
    names, failed = sorting.sort_into_folders(members(paths), pictures, Ledger(home), copies=False)
    assert not failed
    assert sorted((home / name).read_bytes() for name in names.values()) == sorted(ODD)


def test_the_table_has_every_file_by_cluster_from_the_medoid_outwards():
    positions = np.array([[0.0, 0], [3, 4], [1.00049, 0], [9, 9]])
    found = sorting.members(
        ["m", "far", "near", "x"], [1, 1, 1, 0], ["b"] * 3 + ["a"], ["b", "", "c", ""], positions,
        np.array([[9.0, 9], [0, 0]]),
    )  # fmt: skip
    text = sorting.table(found, [("line\nbreak", "is no picture")]).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [
        ["path", "cluster", "name", "label", "x", "y", "distance", "reason"],
        ["x", "0", "a", "", "9.000", "9.000", "0.000", ""],
        ["m", "1", "b", "b", "0.000", "0.000", "0.000", ""],
        ["near", "1", "b", "c", "1.000", "0.000", "1.000", ""],
        ["far", "1", "b", "", "3.000", "4.000", "5.000", ""],
        ["line\nbreak", "", "", "", "", "", "", "is no picture"],
    ]
