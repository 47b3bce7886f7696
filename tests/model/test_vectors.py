"""predict.py places vectors on the map of a model that was fitted to vectors."""

import io
import json

import numpy as np
import pytest

from mnist_clustering import EmbeddingClusters
from tests.support.fitted import run_main
from tests.support.real import PIXELS, TEST_IMAGES

NEW = TEST_IMAGES[:6].reshape(6, -1) / 255


@pytest.fixture(scope="module")
def vectors():
    return EmbeddingClusters(4, early_iterations=5, iterations=5).fit(PIXELS[:120] / 255)


@pytest.fixture
def path(vectors, tmp_path):
    vectors.save(tmp_path / "vectors.npz")
    return tmp_path / "vectors.npz"


def test_new_vectors_are_placed_as_the_estimator_places_them(vectors, path, capsys, monkeypatch):
    file = path.with_name("new.npy")
    np.save(file, NEW)
    status, out, _ = run_main(capsys, file, "--model", path, "--json", "-")
    rows = json.loads(out)
    assert status == 0
    taken = [i for i, row in enumerate(rows) if row["reason"] is None]  # Others have no place.
    places = [[rows[i]["x"], rows[i]["y"]] for i in taken]
    assert np.array_equal(np.array(places, dtype=np.float32), vectors.transform(NEW)[taken])
    told = [(row["cluster"], row["reason"]) for row in rows]
    known = [(cluster, None) for cluster in vectors.predict(NEW).tolist()]
    assert all(row in known or row[1] == "unlike the training images" for row in told)
    assert any(reason is None for _, reason in told)

    class Piped:
        buffer = io.BytesIO(file.read_bytes())

    monkeypatch.setattr("sys.stdin", Piped)
    again = json.loads(run_main(capsys, "-", "--model", path, "--json", "-")[1])
    assert [row["x"] for row in again] == [row["x"] for row in rows]
