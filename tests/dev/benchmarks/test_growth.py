"""Times are carried on to other sizes, and data enlarged, as the page says."""

import numpy as np

from dev.benchmarks import growth
from dev.benchmarks.options import TRAIN
from mnist_clustering.sources import digits
from stages.workspace import ROOT

DIGITS = digits.load()


def test_powers_are_found_again():
    taken = {str(n): n**1.1 / 1000 for n in (7500, 60000, 240000)}
    assert growth.exponents(taken, 60000) == {"overall": 1.1, "above": 1.1}
    assert growth.exponents({"7500": 1.0}, 60000) == {"overall": None, "above": None}


def test_enlarged_data_are_varied_and_the_same_each_time(data, tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "DATA", data)
    for name in growth.BESIDE:
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text(name)
    for name in ("once", "twice"):
        growth.write_split(tmp_path / name / "split", 1500, 600)
        assert all((tmp_path / name / beside).read_text() == beside for beside in growth.BESIDE)
    images, labels = (
        np.load(tmp_path / f"once/split/train_{kind}.npy") for kind in ("images", "labels")
    )
    assert np.array_equal(images, np.load(tmp_path / "twice/split/train_images.npy"))
    assert (images.shape, images.dtype, len(labels)) == ((1500, 28, 28), np.uint8, 1500)
    assert np.array_equal(images[:600], DIGITS["train_images"][:600])
    assert np.array_equal(labels[:600], labels[600:1200])
    changed = [not np.array_equal(images[i], images[i + 600]) for i in range(600)]
    assert np.mean(changed) > 0.99
    # Moved a little, not made anew.
    assert np.corrcoef(images[0].ravel(), images[600].ravel())[0, 1] > 0.4
    growth.write_split(tmp_path / "few/split", 300, 600)
    assert len(np.load(tmp_path / "few/split/train_images.npy")) == 300
    assert len(np.load(tmp_path / "few/split/test_images.npy")) == 100


def test_growth_runs_the_stages_of_dvc_yaml_after_split():
    found = growth.commands(ROOT)
    assert list(found)[:2] == ["code", "label"]
    assert found["tsne@3"] == ["-m", "stages.tsne", "3"]
    assert growth.scaled(TRAIN) == list(growth.SIZES)
