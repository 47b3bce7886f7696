"""The split stage takes images and labels together."""

import json
import string

import numpy as np
import pytest

from dev.graph import ROOT
from mnist_clustering import files
from mnist_clustering.images import idx
from mnist_clustering.sources import contents, description
from stages import common, download, parameters, split
from tests.support.real import ALL_LABELS, DIGITS


def lay_out(folder, record, **params):
    """Leave what the stage download leaves of the bundled digits."""
    (folder / split.RAW).mkdir(parents=True)
    for ours, theirs in (("train", "train"), ("test", "t10k")):
        for kind, name in (("images", "images-idx3"), ("labels", "labels-idx1")):
            content = DIGITS[f"{ours}_{kind}"]
            if record.get("transposed") and kind == "images":
                content = content.transpose(0, 2, 1)
            content = content + np.uint8(record.get("first_label", 0) if kind == "labels" else 0)
            path = folder / split.RAW / f"{theirs}-{name}-ubyte"
            path.write_bytes(idx.encode(content))
    files.save_json(split.RECORD, record)
    return {"seed": 1, "train_size": None, "test_size": None} | params


def test_images_stored_by_columns_are_turned(tmp_path, monkeypatch):
    """As those of EMNIST are, whose labels begin at 1."""
    monkeypatch.chdir(tmp_path)
    described = description.load("emnist", ROOT / download.DATASETS)
    record = contents.Content({}, {}, []).record("emnist", described)
    params = lay_out(tmp_path, record, method="official", landmarks=None)
    monkeypatch.setattr(common, "load_params", lambda section: params)
    monkeypatch.setattr(parameters, "load", dict)
    split.main()
    for part in ("train", "test"):
        images = np.load(f"{split.SPLIT}/{part}_images.npy")
        assert np.array_equal(images, DIGITS[f"{part}_images"])
        assert np.array_equal(np.load(split.LABELS.format(part)), DIGITS[f"{part}_labels"])
    facts = json.loads((tmp_path / split.SPLIT / "dataset.json").read_text())
    assert "".join(facts["classes"]) == string.ascii_lowercase


@pytest.mark.parametrize(
    ("method", "landmarks", "sizes"),
    [
        ("official", 1000, (1000, 437, 360)),
        ("validation", None, (1198, 0, 239)),
        ("stratified", None, (1437, 0, 360)),
    ],
)
def test_the_split_stage_takes_images_and_labels_together(
    tmp_path, monkeypatch, capsys, method, landmarks, sizes
):
    monkeypatch.chdir(tmp_path)
    record = {"name": "digits", "kind": "idx", "form": "handwriting"}
    params = lay_out(tmp_path, record, method=method, landmarks=landmarks)
    monkeypatch.setattr(common, "load_params", lambda section: params)
    monkeypatch.setattr(parameters, "load", dict)
    split.main()

    images = np.concatenate([DIGITS["train_images"], DIGITS["test_images"]])
    taken = []
    for part, size in zip(("train", "rest", "test"), sizes, strict=True):
        indices = np.load(f"{split.SPLIT}/{part}_indices.npy")
        assert len(indices) == size
        assert np.array_equal(np.load(f"{split.SPLIT}/{part}_images.npy"), images[indices])
        assert np.array_equal(np.load(split.LABELS.format(part)), ALL_LABELS[indices])
        taken.extend(indices.tolist())
    # The official test images are never looked at while params are chosen.
    assert sorted(taken) == list(range(1437 if method == "validation" else 1797))
    assert (taken == sorted(taken)) == (method != "stratified" and landmarks != 1000)
    said = "the map is made of 1,000 training images drawn at random (split.landmarks), and the"
    assert (said in capsys.readouterr().err) == (landmarks == 1000)
