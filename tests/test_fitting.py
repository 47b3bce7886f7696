"""The study of fitting more images: data are enlarged, and each size is measured once."""

import json
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from dev import provenance
from dev.studies import fitting
from dev.tables import results
from mnist_clustering.images import idx
from mnist_clustering.sources import digits

DIGITS = digits.load()


@pytest.fixture
def raw(tmp_path, monkeypatch):
    """A small data set in place of MNIST."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for kind, name in (("images", "images-idx3"), ("labels", "labels-idx1")):
        (folder / f"train-{name}-ubyte").write_bytes(idx.encode(DIGITS[f"train_{kind}"][:50]))
    (folder / "dataset.json").write_text("{}")
    monkeypatch.setattr(fitting, "RAW", folder)


def test_a_data_set_is_enlarged_by_varied_copies(raw, tmp_path):
    fitting.enlarge(tmp_path / "more", 120)
    images, labels = (
        idx.decode((tmp_path / f"more/train-{name}-ubyte").read_bytes())
        for name in ("images-idx3", "labels-idx1")
    )
    assert images.shape == (120, 28, 28)
    assert np.array_equal(images[:50], DIGITS["train_images"][:50])
    assert np.array_equal(labels[50:100], labels[:50])
    assert not np.array_equal(images[50:100], images[:50])
    assert (tmp_path / "more/dataset.json").is_file()


def test_each_size_is_measured_once_and_kept(raw, tmp_path, monkeypatch, capsys):
    measured = []

    @contextmanager
    def copy(overrides):
        assert overrides == {"split.landmarks": 60}
        yield tmp_path / "copy"

    def fit(folder, n):
        assert (folder / "data/raw/dataset.json").is_file()
        measured.append(n)
        if n == 90:
            raise KeyboardInterrupt
        taken = {"seconds": 60.0, "cpu_seconds": 90.0, "peak_mib": 512.0}
        accuracy = {"train": 0.99, "test": 0.98, "rest": 0.97 if n > 60 else None}
        return {"rest": n - 60, "accuracy": accuracy, "stages": {"split": taken, "extend": taken}}

    def run(*sizes):
        words = ["fitting", "--landmarks", "60", "-o", str(output), "-n", *map(str, sizes)]
        monkeypatch.setattr(sys, "argv", words)
        fitting.main()

    monkeypatch.setattr(fitting, "temporary_copy", copy)
    monkeypatch.setattr(fitting, "fit", fit)
    output = tmp_path / "dev/studies/results/fitting.json"
    with pytest.raises(KeyboardInterrupt):
        run(60, 90, 80)
    run(60, 80)
    assert measured == [60, 90, 80]
    assert "60 images were measured before" in capsys.readouterr().out
    assert results.fitting(tmp_path).splitlines()[2:] == [
        "| 60 | 0 | 2.0 | 1.0 | 0.5 (`split`) | 99.00 | – | 98.00 |",
        "| 80 | 20 | 2.0 | 1.0 | 0.5 (`split`) | 99.00 | 97.00 | 98.00 |",
    ]
    # What was measured of other code is measured anew.
    monkeypatch.setattr(provenance, "stale", lambda found: ["split"])
    run(80)
    assert list(json.loads(output.read_text())["sizes"]) == ["80"]
