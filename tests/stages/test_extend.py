"""Training images that the map is not made of are placed as test images are."""

import csv
import json

import numpy as np

from mnist_clustering import files
from stages import extend


def test_the_rest_is_placed_as_test_is_and_scored(run, tmp_path, monkeypatch):
    folder, parts, expected = run
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(extend, "MODEL", folder / extend.MODEL)
    monkeypatch.setattr(extend, "BLOCK", 100)
    names = json.loads((folder / extend.NAMES).read_text())
    files.save_json(extend.NAMES, names)
    files.save_json(extend.CLASSES, {"classes": list(range(10))})
    files.save_array(extend.IMAGES, parts["test_images"])
    files.save_array(extend.LABELS, parts["test_labels"])
    files.save_array(extend.INDICES, np.arange(7, 7 + len(parts["test_labels"])))
    extend.main()

    assert np.array_equal(np.load(extend.POSITIONS), expected.positions)
    with open(extend.TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["clusters_2d"]) for row in rows] == expected.clusters.tolist()
    assert [int(row["label"]) for row in rows] == parts["test_labels"].tolist()
    assert rows[0]["index"] == "7"
    found = json.loads((tmp_path / extend.METRICS).read_text())
    assert found["images"] == len(rows)
    # As good as those that the map is made of.
    right = np.mean([row["label"] == row["clusters_2d_label"] for row in rows])
    assert abs(found["accuracy"] - right) < 0.02
    assert found["accuracy"] > 0.8
