"""Times are carried on to other sizes, and data enlarged, as the page says."""

import numpy as np
import pytest

from benchmarks import growth, peers
from benchmarks.options import TRAIN
from checks.workspace import ROOT
from stages.methods.data import digits

DIGITS = digits.load()


def test_powers_are_found_again():
    sizes = [5000, 10000, 20000]
    exponent, seconds = peers.carried_on(sizes, [2e-6 * n**1.5 for n in sizes], 60000)
    assert exponent == 1.5
    assert seconds == pytest.approx(2e-6 * 60000**1.5, abs=0.1)
    taken = {str(n): n**1.1 / 1000 for n in (7500, 60000, 240000)}
    assert growth.exponents(taken, 60000) == {"overall": 1.1, "above": 1.1}
    assert growth.exponents({"7500": 1.0}, 60000) == {"overall": None, "above": None}


def test_elbow_between_the_measured_k_is_interpolated():
    assert peers.all_of_elbow({"5": 5.0, "10": 10.0, "20": 20.0}) == sum(range(2, 21))
    every = {str(k): k**1.5 for k in range(2, 21)}
    assert peers.all_of_elbow(every) == round(sum(every.values()), 1)


def test_enlarged_data_are_varied_and_the_same_each_time(data, tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "DATA", data)
    for name in ("once", "twice"):
        growth.write_split(tmp_path / name, 1500, 600)
    images, labels = (np.load(tmp_path / f"once/train_{kind}.npy") for kind in ("images", "labels"))
    assert np.array_equal(images, np.load(tmp_path / "twice/train_images.npy"))
    assert (images.shape, images.dtype, len(labels)) == ((1500, 28, 28), np.uint8, 1500)
    assert np.array_equal(images[:600], DIGITS["train_images"][:600])
    assert np.array_equal(labels[:600], labels[600:1200])
    changed = [not np.array_equal(images[i], images[i + 600]) for i in range(600)]
    assert np.mean(changed) > 0.99
    # Moved a little, not made anew.
    assert np.corrcoef(images[0].ravel(), images[600].ravel())[0, 1] > 0.4
    growth.write_split(tmp_path / "few", 300, 600)
    assert len(np.load(tmp_path / "few/train_images.npy")) == 300
    assert len(np.load(tmp_path / "few/test_images.npy")) == 100


def test_growth_runs_the_stages_of_dvc_yaml_from_flatten_on():
    found = growth.commands(ROOT)
    assert next(iter(found)) == "flatten"
    assert found["tsne@3"] == ["-m", "stages.tsne", "3"]
    assert growth.scaled(TRAIN) == list(growth.SIZES)
