"""What a description's folder or vectors become: parts, classes, thumbnails, what is left out."""

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import checking, idx
from mnist_clustering.sources import contents
from tests.support.real import signs


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


def test_a_folder_without_pictures_is_one_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(InputError, match=r"of 1 files none can be used \(notes.txt .*\): give a"):
        pictures(tmp_path)


def test_photographs_are_told_from_drawings(folder, tmp_path_factory):
    from sklearn.datasets import load_sample_image

    scenes = tmp_path_factory.mktemp("scenes")
    for name in ("china.jpg", "flower.jpg"):
        scene = load_sample_image(name)
        for left in range(0, 600, 100):
            part = Image.fromarray(scene[100:300, left : left + 100])
            part.save(scenes / f"{name}-{left}.png")
    said = [note for note in pictures(scenes).notes if "no plain background" in note]
    assert said
    assert "embeddings of a network" in said[0]
    assert not [note for note in pictures(folder).notes if "no plain background" in note]
