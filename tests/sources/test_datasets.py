"""What a description's folder or vectors become: parts, classes, thumbnails, what is left out."""

import csv
import functools
import io

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import checking, idx
from mnist_clustering.sources import contents, drawn
from tests.support.real import IMAGES


@functools.cache
def signs():
    return drawn.pictures("signs")


@pytest.fixture
def folder(tmp_path):
    """Signs of two classes in two parts, one coloured picture without a class, and a text."""
    found = signs()
    for number in range(3):
        for sign in ("star", "sun"):
            part = "test" if number == 2 else "train"
            path = tmp_path / part / sign / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found[f"{sign}/{number:02}.png"])
    (tmp_path / "alone.png").write_bytes(found["heart/00.png"])
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def pictures(folder, **described):
    return contents.of_pictures({"folder": str(folder), "form": "frame"} | described, n_jobs=2)


def test_sub_folders_are_parts_and_classes(folder):
    steps = []
    described = {"folder": str(folder), "form": "frame"}
    found = contents.of_pictures(described, 2, steps.append)
    assert sum(steps) == 8
    assert found.classes == ["star", "sun"]
    train = ["alone.png", "train/star/0.png", "train/star/1.png", "train/sun/0.png",
             "train/sun/1.png"]  # fmt: skip
    assert found.paths == [*train, "test/star/2.png", "test/sun/2.png"]
    assert found.labels["train"].tolist() == [checking.UNKNOWN, 0, 0, 1, 1]
    assert found.labels["test"].tolist() == [0, 1]
    assert [path for path, _ in found.skipped] == ["notes.txt"]
    assert any("7 of 7 pictures are coloured" in note for note in found.notes)
    assert any("1 file was left out" in note for note in found.notes)
    # A thumbnail is the picture itself, scaled, which the form is not.
    own = Image.open(folder / "alone.png").convert("RGB")
    corner = np.asarray(own)[0, 0]
    assert found.thumbnails.shape == (7, 64, 64, 3)
    assert np.abs(found.thumbnails[0, 0, 0].astype(int) - corner).max() <= 2
    files = found.files()
    for part, prefix in (("train", "train"), ("test", "t10k")):
        name = f"{prefix}-images-idx3-ubyte"
        assert np.array_equal(idx.decode(files[name], name), found.images[part])
        name = f"{prefix}-labels-idx1-ubyte"
        assert np.array_equal(idx.decode(files[name], name), found.labels[part])
    record = found.record("mine", {"kind": "pictures", "form": "frame", "title": "T", "folder": ""})
    assert record == {
        "name": "mine", "title": "T", "kind": "pictures", "form": "frame", "classes": found.classes
    }  # fmt: skip


def test_without_labels_sub_folders_mean_nothing(folder):
    found = pictures(folder, labels="none")
    assert found.classes == []
    assert set(found.labels["train"].tolist()) == {checking.UNKNOWN}
    assert len(found.images["train"]) == 7
    assert found.images["test"].shape == (0, *found.images["train"].shape[1:])


def test_one_folder_around_all_is_no_class(folder):
    found = pictures(folder / "train/star")
    assert found.classes == []
    (folder / "around").mkdir()
    (folder / "train/star").rename(folder / "around/star")
    assert pictures(folder / "around").classes == []


def test_a_folder_without_pictures_is_one_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(InputError, match=r"of 1 files none can be used \(notes.txt .*\): give a"):
        pictures(tmp_path)


# Embeddings


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def manifest(*rows):
    file = io.StringIO()
    csv.writer(file).writerows([("path", "label"), *rows])
    return file.getvalue().encode()


VECTORS = IMAGES[:6, 8:12, 8:12].reshape(6, 16).astype(np.float32)


def embeddings(folder=None, **files):
    named = {name.replace("_", "."): data for name, data in files.items()}
    return contents.of_embeddings(named, folder and str(folder), n_jobs=2)


def test_embeddings_become_tiles_on_a_grid_of_their_own(folder):
    paths = ["train/star/0.png", "train/sun/1.png", "gone.png", "notes.txt", "alone.png",
             "test/sun/2.png"]  # fmt: skip
    rows = [(path, label) for path, label in zip(paths, "ab", strict=False)]
    rows += [(path, "") for path in paths[2:]]
    found = embeddings(folder, vectors_npz=npz(x=VECTORS), list_csv=manifest(*rows))
    assert found.paths == paths
    assert found.classes == ["a", "b"]
    assert found.labels["train"].tolist() == [0, 1, *[checking.UNKNOWN] * 4]
    assert len(found.labels["test"]) == 0
    assert found.facts["dimensions"] == 16
    # 256 steps lose at most what half a step does to each number.
    assert 0 <= found.facts["rounding_loss"] < 1e-3
    assert [path for path, _ in found.skipped] == ["gone.png", "notes.txt"]
    assert any("2 pictures of the manifest cannot be shown" in note for note in found.notes)
    assert found.thumbnails.shape == (6, 64, 64, 3)
    assert not found.thumbnails[2:4].any()
    assert found.thumbnails[[0, 1, 4, 5]].any(axis=(1, 2, 3)).all()
    assert found.record("v", {"kind": "embeddings"})["form"] == "embedding"


def test_equal_vectors_are_equal_tiles_and_others_are_not():
    doubled = np.concatenate([VECTORS, VECTORS])
    tiles = embeddings(vectors_npz=npz(x=doubled)).images["train"]
    assert np.array_equal(tiles[:6], tiles[6:])
    assert len(np.unique(tiles[:6], axis=0)) == len(np.unique(VECTORS, axis=0))


def test_every_embedding_needs_its_row():
    message = "there are 6 embeddings, but 2 rows in the manifest"
    with pytest.raises(InputError, match=message):
        embeddings(vectors_npz=npz(x=VECTORS), list_csv=manifest(("a", "b"), ("c", "d")))


def test_vectors_that_are_no_numbers_are_one_sentence():
    spoilt = VECTORS.copy()
    spoilt[2, 3] = np.nan
    with pytest.raises(InputError, match="the array of embeddings"):
        embeddings(vectors_npz=npz(x=spoilt))
