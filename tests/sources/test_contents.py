"""What a dataset holds, and a folder of pictures that changes while it is read."""

import shutil

import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from mnist_clustering.errors import InputError
from mnist_clustering.images import collection, frame, idx, resizing
from mnist_clustering.model import queries
from mnist_clustering.sources import contents, picture_sets
from tests.support.encoded import npy, parquet, picture
from tests.support.real import IMAGES, signs


@pytest.fixture
def folder(tmp_path):
    pictures = list(signs().items())[:12]
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


def test_whether_frames_are_scenes_is_decided_once_for_a_set(tmp_path):
    # Parts of a photograph, some of which show sky alone, as plain as paper.
    whole = load_sample_image("china.jpg")
    sky = [whole[:40, left : left + 40] for left in range(0, 160, 40)]
    shown = sky + [whole[300:340, left : left + 40] for left in range(160, 480, 40)]
    assert [frame.is_plain(each) for each in shown] == [True] * 4 + [False] * 8
    for number, each in enumerate(shown):
        (tmp_path / f"{number:02}.png").write_bytes(picture(each))
    mostly = contents.of_pictures(described(tmp_path), 2)
    assert mostly.record("", described("", title=""))["form"] == "scene"
    scenes = [frame.scene(each) for each in shown]
    assert np.array_equal(mostly.images["train"], scenes)
    # What is asked of the model later comes into the same form; so do arrays of the same.
    data = (tmp_path / "00.png").read_bytes()
    assert np.array_equal(queries.from_picture(data, form="scene").images[0], scenes[0])
    table = parquet(image=[picture(each) for each in shown])
    packed = contents.of_arrays({"train.parquet": table}, None, "frame")
    assert packed.facts["form"] == "scene"
    assert np.array_equal(packed.images["train"], scenes)
    assert resizing.settle("frame", np.stack(shown)) == "scene"
    assert resizing.settle("handwriting", np.stack(shown)) == "handwriting"
    for number in range(4, 12):
        (tmp_path / f"{number:02}.png").unlink()
    (tmp_path / "04.png").write_bytes(picture(shown[4]))
    few = contents.of_pictures(described(tmp_path), 2)
    assert few.facts["form"] == "frame"
    assert not np.array_equal(few.images["train"][0], scenes[0])


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


@pytest.mark.parametrize(
    "labels",
    [
        ("train-labels.npy", npy(np.array([3.0, np.nan, 1.0]))),
        ("train-labels.csv", b'\xef\xbb\xbfLabel\n3.0\n""\n1.0\n'),
        ("labels-idx1-ubyte", idx.encode(np.array([3, 255, 1], dtype=np.uint8))),
    ],
    ids=lambda labels: labels[0],
)
def test_labels_of_arrays_in_a_file_of_their_own(labels):
    files = {"train-images.npy": npy(IMAGES[:3] / 255), labels[0]: labels[1]}
    found = contents.of_arrays(files, None, "handwriting")
    assert np.array_equal(found.images["train"], IMAGES[:3])
    assert found.notes == ["values from 0 to 1 were taken times 255, and rounded"]
    if labels[0].endswith("ubyte"):
        assert found.classes == [1, 3, 255]
    else:
        assert (found.classes, found.labels["train"].tolist()) == ([1, 3], [1, 255, 0])
    with pytest.raises(InputError, match="train has 4 images, but 3 labels: give one label"):
        contents.of_arrays({**files, "train-images.npy": npy(IMAGES[:4])}, None, "handwriting")
    with pytest.raises(InputError, match=r"of the files test\.npy none holds images of train"):
        contents.of_arrays({"test.npy": npy(IMAGES[:4])}, None, "handwriting")


def test_embeddings_with_paths_or_labels_or_both(folder):
    vectors = np.random.default_rng(0).normal(size=(3, 5))
    tables = {
        b"label\n01\n1\nnone\n": ([], ["01", 1, "none"]),
        b"File\n0/00.png\n0/02.png\nno.png\n": (["0/00.png", "0/02.png", "no.png"], [None] * 3),
        b"path;class\n0/00.png;a\n0/02.png;\nno.png;b\n": (
            ["0/00.png", "0/02.png", "no.png"],
            ["a", None, "b"],
        ),
    }
    for table, (paths, labels) in tables.items():
        files = {"vectors.npy": npy(vectors), "manifest.csv": table}
        found = contents.of_embeddings(files, str(folder), 1)
        assert found.paths == paths
        names = [*found.classes, *[None] * (256 - len(found.classes))]
        assert [names[code] for code in found.labels["train"]] == labels
        assert [path for path, _ in found.skipped] == paths[2:]
        assert found.thumbnails.any() == bool(paths)
    with pytest.raises(InputError, match="there are 3 embeddings, but 1 rows in the manifest"):
        contents.of_embeddings({**files, "manifest.csv": b"path\na\n"}, None, 1)
    with pytest.raises(InputError, match=r"m.csv has the columns a, b, but needs path, and takes"):
        contents.of_embeddings({"a.npy": npy(vectors), "m.csv": b"a,b\n1,2\n"}, None, 1)
