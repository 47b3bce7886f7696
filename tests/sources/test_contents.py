"""What a dataset holds, and a folder of pictures that changes while it is read."""

import shutil

import numpy as np
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.images import collection
from mnist_clustering.sources import contents, drawn, picture_sets


@pytest.fixture
def folder(tmp_path):
    pictures = list(drawn.pictures("signs").items())[:12]
    for number, (_, png) in enumerate(pictures):
        path = tmp_path / "signs" / f"{number % 2}" / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
    return tmp_path / "signs"


def meanwhile(monkeypatch, happens):
    """Let something happen when the second file is about to be read."""
    read, n_read = collection.read_file, []

    def reading(path):
        n_read.append(path)
        if len(n_read) == 2:
            happens()
        return read(path)

    monkeypatch.setattr(collection, "read_file", reading)


def described(folder, **more):
    return {"kind": "pictures", "form": "frame", "folder": str(folder), **more}


@pytest.mark.parametrize(
    ("happens", "reasons"),
    [
        (lambda folder: (folder / "1/05.png").unlink(), {"1/05.png": "No such file"}),
        (
            lambda folder: (folder / "1/05.png").write_bytes(b"\x89PNG\r\n\x1a\n and so"),
            {"1/05.png": "is neither a picture"},
        ),
        (
            lambda folder: shutil.rmtree(folder / "1"),
            dict.fromkeys([f"1/{number:02}.png" for number in range(1, 12, 2)], "No such file"),
        ),
        (lambda folder: shutil.copy(folder / "0/00.png", folder / "new.png"), {}),
    ],
)
def test_what_is_gone_or_half_written_is_listed(folder, monkeypatch, happens, reasons):
    files = picture_sets.digest(picture_sets.listed(str(folder)))
    meanwhile(monkeypatch, lambda: happens(folder))
    found = contents.of_pictures(described(folder), 1)
    skipped = dict(found.skipped)
    assert skipped.keys() == reasons.keys()
    assert all(words in skipped[path] for path, words in reasons.items())
    assert len(found.paths) == 12 - len(reasons)
    assert len(found.images["train"]) == len(found.paths) == len(found.thumbnails)
    # What appears later is found by the next run: the folder is another one now.
    assert picture_sets.digest(picture_sets.listed(str(folder))) != files


def test_a_set_is_what_its_digest_says_or_nothing(folder, monkeypatch):
    digest = picture_sets.digest(picture_sets.listed(str(folder)))
    whole = contents.of_pictures(described(folder, digest=digest), 2)
    assert len(whole.paths) == 12
    other = (folder / "0/00.png").read_bytes()
    meanwhile(monkeypatch, lambda: (folder / "1/11.png").write_bytes(other))
    with pytest.raises(InputError, match=r"holds 12 files of digest .* give make cluster again"):
        contents.of_pictures(described(folder, digest=digest), 1)
    changed = picture_sets.digest(picture_sets.listed(str(folder)))
    again = contents.of_pictures(described(folder, digest=changed), 1)
    last = [again.images["train"][again.paths.index(path)] for path in ("0/00.png", "1/11.png")]
    assert np.array_equal(*last)


def test_a_folder_in_it_that_cannot_be_listed_is_said(folder, monkeypatch):
    walk = collection.os.walk

    def gone(top, onerror):
        for place, inner, names in walk(top, onerror=onerror):
            yield place, inner, names
            if place == str(folder):
                shutil.rmtree(folder / "1")

    monkeypatch.setattr(collection.os, "walk", gone)
    found = contents.of_pictures(described(folder), 1)
    assert found.skipped == [("1", "cannot be read: No such file or directory")]
    assert len(found.paths) == 6
