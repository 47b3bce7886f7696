"""The studies of seeds and of single steps, on small real data, and their arithmetic by hand."""

import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from dev import provenance
from dev.studies import ablation, seeds
from dev.workspace import temporary_copy
from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.neighbors import nearest as neighbors
from stages.workspace import ROOT, set_params
from tests.support import clones


@pytest.fixture
def small_workspace(finished, monkeypatch):
    """Let the studies copy the small finished run in place of the workspace."""
    folder, _ = finished
    for study in (seeds, ablation):
        monkeypatch.setattr(study, "temporary_copy", partial(temporary_copy, root=folder))
        monkeypatch.setattr(study, "repro", lambda copy, names=(): clones.repro(copy, *names))
    return folder


@pytest.fixture(scope="module")
def known():
    """Three partitions of 12 images by k = 2 and k = 3, of which those by k = 3 agree."""
    by_three = np.repeat([0, 1, 2], 4)
    by_two = [np.repeat([0, 1], 6), np.arange(12) % 2, np.repeat([1, 0, 1], 4)]
    return [{2: two, 3: (by_three + turn) % 3} for turn, two in enumerate(by_two)]


def test_stability_is_the_mean_agreement_of_all_pairs(known):
    found = seeds.stability(known)
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = np.mean([adjusted_rand_score(known[a][2], known[b][2]) for a, b in pairs])
    assert found["ari"] == {"2": pytest.approx(expected, abs=1e-6), "3": 1.0}
    assert found["preferred_k"] == 3


def test_the_spread_of_scores():
    runs = [{"test": {"accuracy": value}} for value in (0.97, 0.98, 0.985)]
    found = seeds._summarise(runs)["test"]["accuracy"]
    values = [0.97, 0.98, 0.985]
    assert found["mean"] == pytest.approx(np.mean(values), abs=1e-6)
    assert found["std"] == pytest.approx(np.std(values, ddof=1), abs=1e-6)
    assert (found["min"], found["n"]) == (0.97, 3)


def test_seeds_change_the_map_and_the_training_images(small_workspace):
    found = seeds.study({}, [0, 1], 250)
    assert list(found) == [
        "pixels",
        "kmeans_2d",
        "clusters_2d",
        "preferred_k",
        "stability",
        "resampled",
        "transductive",
    ]
    accuracy = found["clusters_2d"]["test"]["accuracy"]
    assert accuracy["n"] == 2
    assert 0.3 < accuracy["min"] <= accuracy["mean"] <= 1
    # Seed 0 with the found k is the finished run itself, but for that k.
    assert len(found["preferred_k"]["silhouette"]) == 2
    assert set(found["stability"]["kmeans"]["ari"]) == {"2", "3", "4", "5"}
    assert min(found["stability"]["kmeans"]["ari"].values()) < 1
    assert 0.3 < found["resampled"]["clusters_2d"]["test"]["accuracy"]["min"] <= 1
    assert list(found["transductive"]["clusters_2d"]) == ["train"]
    # What the study made stays in its copies.
    assert clones.run(small_workspace, "git", "status", "--porcelain").stdout == ""


def test_the_ablation_scores_what_the_pipeline_would(small_workspace):
    kmeans_row = "KMeans with 10 clusters in place of merging"
    titles = ("default", kmeans_row, "Gaussian mixture", "HDBSCAN")
    chosen = tuple(v for v in ablation.VARIATIONS if v.title in titles)
    found = ablation.study(chosen, {"download.mirror": str(small_workspace / "data/raw")})
    assert tuple(found) == titles
    reference = json.loads((small_workspace / "metrics/evaluate.json").read_text())
    for row, partition in (("default", "clusters_2d"), (kmeans_row, "kmeans_2d")):
        expected = reference[partition]["test"]
        for name in ("accuracy", "nmi", "ari"):
            assert found[row][name] == expected[name], (row, name)
    assert all(0.3 < row["accuracy"] <= 1 for row in found.values())
    # The steps themselves take too little time to show on so few images.
    assert found["Gaussian mixture"]["cpu_seconds"] > 0


def test_every_variation_names_params_that_there_are(tmp_path):
    titles = [variation.title for variation in ablation.VARIATIONS]
    assert len(set(titles)) == len(titles)
    for variation in ablation.VARIATIONS:
        params = shutil.copy(ROOT / "params.yaml", tmp_path)
        set_params(Path(params), variation.overrides)


def test_clusterings_of_three_blobs():
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [40, 0], [0, 40]])
    digits = np.repeat([0, 1, 2], 60)
    points = snap(centres[digits] + rng.normal(size=(180, 2)))
    settings = {"n_init": 5, "max_iter": 50, "seed": 0}
    near, _ = neighbors.nearest(points, k=5)
    run = ablation.Run(
        train=points,
        test=points[::7],
        forward=near,
        reverse=near,
        params={
            "recluster": {"k": 3, **settings},
            "micro": {"micro_clusters": 9, "edges": 4, **settings},
        },
    )
    methods = (ablation.by_merging, ablation.by_kmeans, ablation.by_mixture, ablation.by_density)
    for cluster in methods:
        clusters, held_out = cluster(run)
        table = scores.contingency(digits, clusters, 3)
        assert scores.accuracy(table, scores.one_to_one(table)) == 1
        assert np.array_equal(held_out, clusters[::7])
    fitted = kmeans.fit(points, 3, n_init=1, max_iter=50, seed=4)
    again, _ = ablation.by_kmeans(run, n_init=1, seed=4)
    assert np.array_equal(again, fitted.labels)


def test_the_committed_ablation_has_every_variation():
    found = json.loads((ROOT / "dev/studies/results/ablation.json").read_text())
    assert list(found) == [*ablation.PARTS, provenance.KEY]
    titles = [variation.title for variation in ablation.VARIATIONS]
    assert all(list(found[part]) == titles for part in ablation.PARTS)


def test_the_committed_predictions_keep_what_was_asked_of_them():
    found = json.loads((ROOT / "dev/studies/results/predict.json").read_text())
    assert found["mnist_test"]["rejected"] <= 0.01
    assert found["load_digits"]["accuracy"] >= 0.9
    for name, part in found["sheets"].items():
        asked = 0.95 if name.startswith("pen") and name != "pen 1%" else 0.9
        assert part["accuracy"] >= asked, name
        assert part["wrong"] <= 0.04, name
    assert found["fonts"]["mean"]["letters_rejected"] >= 0.7
    drawn = [found["rejected"][name] for name in ("scribbles", "signs", "emoji")]
    assert sum(row["n"] * row["share"] for row in drawn) >= 0.8 * sum(row["n"] for row in drawn)
    others = ("letters", "scribbles", "signs", "emoji")
    rejected = [row for name, row in found["rejected"].items() if not name.startswith(others)]
    assert sum(row["n"] * row["share"] for row in rejected) >= 0.95 * sum(
        row["n"] for row in rejected
    )
    assert found["seconds"]["one_picture"] < 2
    assert found["seconds"]["10000_images"] < 10


def test_the_committed_seeds_keep_what_was_asked_of_them():
    found = json.loads((ROOT / "metrics/seeds.json").read_text())
    for part, scored in (
        (found, "test"),
        (found["resampled"], "test"),
        (found["transductive"], "train"),
    ):
        accuracy = part["clusters_2d"][scored]["accuracy"]
        assert accuracy["n"] == 5
        assert accuracy["mean"] >= 0.994
        assert accuracy["std"] <= 0.001
        assert accuracy["min"] >= 0.993
        assert part["preferred_k"]["merged_silhouette"] == [10] * 5
