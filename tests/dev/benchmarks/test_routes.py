"""Routes and sides of pairs run on small data and score as the pipeline does."""

import json

import numpy as np
import pytest

from dev.benchmarks import peers, route, routes, sides
from dev.benchmarks.options import Options
from mnist_clustering.errors import InputError
from mnist_clustering.sources import digits

DIGITS = digits.load()


def follow(name, data, tmp_path, n=600):
    routes.main(name, str(data), str(n), "0", str(tmp_path / "result.json"))
    return json.loads((tmp_path / "result.json").read_text())


def test_a_route_times_its_steps_and_scores(data, tmp_path):
    found = follow("sklearn_kmeans", data, tmp_path, 300)
    assert list(found["steps"]) == ["KMeans"]
    assert found["clusters"] == 10
    assert 0.4 < found["train"]["accuracy"] < 1
    assert 0.4 < found["test"]["accuracy"] < 1


def test_elbow_gives_inertia_in_the_units_of_the_pipeline(data, tmp_path, monkeypatch):
    monkeypatch.setitem(routes.ROUTES, "few", lambda data: routes.sklearn_elbow(data, (2, 3)))
    found = follow("few", data, tmp_path)
    images = DIGITS["train_images"][:600].reshape(600, -1).astype(float)
    spread = ((images - images.mean(axis=0)) ** 2).sum()
    assert spread > found["inertia"]["2"] > found["inertia"]["3"] > spread / 3


def test_both_sides_of_a_pair_make_affinities(data, tmp_path):
    for name in ("our_affinities", "opentsne_affinities"):
        assert list(follow(name, data, tmp_path)["steps"]) == ["neighbours and affinities"]


def test_our_map_alone_is_that_of_the_stages(data, tmp_path):
    found = follow("our_map_alone", data, tmp_path)
    assert list(found["steps"]) == ["map"]
    assert found["accuracy"] > 0.6
    assert found["neighbor_recall"] > 0.2


def test_our_map_with_test_images_is_the_same_map(data, tmp_path):
    alone = follow("our_map_alone", data, tmp_path)
    placed = follow("our_map_placed", data, tmp_path)
    assert list(placed["steps"]) == ["map", "place test"]
    assert placed["neighbor_recall"] == alone["neighbor_recall"]


def test_recall_of_the_features_themselves_is_high(data):
    known = route.Data(data, 600, 0)
    sides._quality(known, known.features().astype(float))
    assert known.notes["neighbor_recall"] > 0.9


def test_noise_counts_as_error():
    labels = np.repeat(np.arange(10), 10)
    clusters = labels.copy()
    clusters[::10] = -1
    found = route.score(labels, clusters)
    assert found["accuracy"] == 0.9
    assert found["noise"] == 0.1
    assert route.score(labels, (labels + 3) % 10) == {"accuracy": 1, "nmi": 1, "ari": 1}


def test_what_is_missing_is_said(data, tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "DATA", tmp_path)
    with pytest.raises(InputError, match="make repro"):
        peers.route("sklearn_kmeans", Options())
    monkeypatch.setattr(peers, "DATA", data)
    with pytest.raises(InputError, match="make bench"):
        peers.route("umap_map", Options(peers=tmp_path / "none"))


def test_a_route_runs_in_a_process_of_its_own(data, monkeypatch):
    monkeypatch.setattr(peers, "DATA", data)
    found = peers.route("sklearn_kmeans", Options(), 200)
    assert found["n"] == 200
    assert found["seconds"] > found["steps"]["KMeans"]
