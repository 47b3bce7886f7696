"""The benchmarks measure what they say, on small data, and their page says what was measured."""

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import growth, measure, page, peers, routes, run
from benchmarks import pipeline as stages_part
from benchmarks.options import TRAIN, Options
from checks.workspace import ROOT
from stages.methods.data import digits
from stages.methods.errors import InputError
from stages.methods.features import descriptors

DIGITS = digits.load()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Lay out what a finished run leaves, of 600 + 100 digits."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("split", "features"):
        (folder / name).mkdir()
    for part, size in (("train", 600), ("test", 100)):
        images, labels = (DIGITS[f"{part}_{kind}"][:size] for kind in ("images", "labels"))
        np.save(folder / "split" / f"{part}_images.npy", images)
        np.save(folder / "split" / f"{part}_labels.npy", labels)
        np.save(folder / "split" / f"{part}_indices.npy", np.arange(size, dtype=np.int32))
    blocks = [descriptors.Block("pixel", 8, 1.0)]
    images = DIGITS["train_images"]
    _, described = descriptors.fit_transform(images, blocks, deskewed=True, whiten=True)
    np.save(folder / "features" / "train.npy", described[:600])
    return folder


# Measuring


def test_a_process_is_measured_alone():
    code = "import time; block = b'x' * (64 << 20); time.sleep(0.2)"
    taken = measure.run([sys.executable, "-S", "-c", code])
    assert 0.2 < taken["seconds"] < 5
    assert taken["cpu_seconds"] < taken["seconds"]
    # What this process holds is not in it.
    assert 64 < taken["peak_mib"] < 100


def test_presets_are_unset_and_settings_pass_on(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "512")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    code = (
        "import os, pathlib, sys; assert not sys.dont_write_bytecode;"
        "assert not any(name.startswith('OPENBLAS') for name in os.environ);"
        "pathlib.Path('seen').write_text(os.environ['SEEN'])"
    )
    measure.run([sys.executable, "-c", code], tmp_path, {"SEEN": "yes"})
    assert (tmp_path / "seen").read_text() == "yes"


def test_failure_is_passed_on():
    with pytest.raises(subprocess.CalledProcessError):
        measure.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_median_is_of_each_figure():
    rounds = [{"seconds": s, "peak_mib": p} for s, p in [(3, 10), (1, 30), (2, 20)]]
    assert measure.median(rounds) == {"seconds": 2, "peak_mib": 20, "rounds": 3}


def test_facts_name_no_host():
    import platform

    facts = measure.machine()
    assert all(facts.values())
    assert not platform.node() or platform.node() not in facts.values()


def test_dvc_is_measured_by_stage(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "stages").mkdir()
    (project / "stages" / "one.py").write_text("import sys; open('out', 'w').write(sys.argv[1])")
    (project / "dvc.yaml").write_text(
        "stages:\n  one:\n    cmd: python -m stages.one 2\n    outs: [out]\n"
    )
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=project, check=True)
    measured = stages_part.Measured(project)
    taken, lines = measured.dvc(["repro"])
    assert (project / "out").read_text() == "2"
    assert list(lines) == ["one@2"]
    assert 0 < lines["one@2"]["seconds"] < taken["seconds"]
    assert measured.dvc(["repro"])[1] == {}


# Routes


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


def test_recall_of_the_features_themselves_is_high(data):
    known = routes.Data(data, 600, 0)
    routes._quality(known, known.features().astype(float))
    assert known.notes["neighbor_recall"] > 0.9


def test_noise_counts_as_error():
    labels = np.repeat(np.arange(10), 10)
    clusters = labels.copy()
    clusters[::10] = -1
    found = routes.score(labels, clusters)
    assert found["accuracy"] == 0.9
    assert found["noise"] == 0.1
    assert routes.score(labels, (labels + 3) % 10) == {"accuracy": 1, "nmi": 1, "ari": 1}


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


# Extrapolation and growth


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


# The page

COST = {"seconds": 1.0, "cpu_seconds": 2.0, "peak_mib": 300.0, "rounds": 3}
SCORES = {"accuracy": 0.9, "nmi": 0.8, "ari": 0.7}


def results():
    names = ("kmeans", "tsne@2", "tsne@3", "elbow@pixels", "draw@kl")
    sides = ("our_map_alone", "opentsne_map", "umap_map")
    judged = COST | {"neighbor_recall": 0.3, "accuracy": 0.98}
    route = COST | {"n": 60000, "train": SCORES, "test": SCORES}
    elbow = COST | {"steps": {"5": 1.0, "20": 4.0}, "inertia": {"5": 1000.0}, "seconds_of_all": 50}
    stages = {
        "machine": {"processor": "fast"},
        "whole": COST,
        "stages": dict.fromkeys(names, COST),
        "sweeps": {name: COST | {"ran": ["a"]} for name in stages_part.SWEEPS},
        "start_up": {"kmeans": COST},
    }
    pairs = {
        "affinities": dict.fromkeys(("our_affinities", "opentsne_affinities"), COST),
        "map_2d": dict.fromkeys(sides, judged),
        "map_2d_seeded": dict.fromkeys(("our_map_alone", "umap_map_seeded"), judged),
        "map_2d_placed": dict.fromkeys(("our_map", "umap_map_placed"), judged),
        "map_3d": {
            "our_map_3d": judged | {"seconds": 1.5},
            "opentsne_map_3d": judged | {"seconds": 4.0},
        },
        "map_3d_low": dict.fromkeys(("our_map_3d_low", "opentsne_map_3d_low"), judged),
    }
    routes = {"umap_hdbscan": route, "sklearn_elbow": elbow}
    taken = {str(n): COST | {"seconds": n / 10000} for n in (30000, 60000, 120000)}
    return {
        "stages": stages,
        "pairs": {"machine": {"processor": "slow"}, "pairs": pairs},
        "peers": {"machine": {"processor": "fast"}, "routes": routes},
        "growth": {"n": 60000, "stages": {"tsne@2": taken, "neighbors": taken}},
        "elbow": {"5": 1000.5},
    }


def test_targets_are_judged_by_what_was_measured():
    found = {target.text: target.row(results()) for target in page.TARGETS}
    assert {row[3] for row in found.values()} == {"yes", "**no**"}
    assert found["all stages"][1:] == ("at most 240 s", "5 s", "yes")
    # As fast as ours is not twice as long.
    assert found["neighbours and affinities: openTSNE's defaults take"][2:] == (
        "1 times as long",
        "**no**",
    )
    inertia = "its inertia above the best of ten random starts, k = 5, 10, 20"
    assert found[inertia][2:] == ("0.05 %", "yes")
    assert found["its neighbour recall less openTSNE's, exaggeration 4"][3] == "yes"
    # Half a second more than the 2-D map, where the other takes four.
    beyond = "3-D map beyond the 2-D map that it starts from: openTSNE's takes"
    assert found[beyond][2:] == ("8 times as long", "yes")
    unmet = [row for row in found.values() if row[3] != "yes"]
    assert len(unmet) == 1


def test_what_was_not_measured_is_not_met():
    few = {"elbow": {}}
    judged = {target.row(few)[3] for target in page.TARGETS}
    assert judged == {"not measured"}
    makers = (page.stages, page.sweeps, page.start_up, page.pairs, page.peers, page.growth)
    assert {page._made(maker, few) for maker in makers} == {page.NOT_YET}
    assert page.machine(few) == page.NOT_YET


def test_tables_show_both_sides_and_their_ratio():
    table = page.pairs(results())
    assert "| 2-D map | here | – | 1.0 | 1.00 | 0.300 | 98.0 |" in table
    assert (
        "| 2-D map | UMAP's defaults, another map each time | – | 1.0 | 1.00 | 0.300 | 98.0 |"
        in table
    )
    assert "| processor | fast; slow |" in page.machine(results())
    assert "| `tsne@2` | 3.0 | 6.0 | 12.0 | 1.00 | 1.00 |" in page.growth(results())
    assert "| all stages | 5.0 | 10.0 | 300 |" in page.stages(results())
    assert "| UMAP's recipe, HDBSCAN | 1 | 300 | 60,000 | 90.0 | 0.800 | 0.700 | 90.0 |" in (
        page.peers(results())
    )
    assert "from k = 5, 20 | 50 |" in page.peers(results())
    assert "| `tsne@2` | 300 | 300 | 300 |" in page.growth_memory(results())


def test_an_extrapolated_figure_is_marked():
    route = COST | {"n": 20000, "train": SCORES, "seconds_of_all": 1300.0, "exponent": 1.2}
    assert page._route(route)[0] == "1300 (by n^1.20)"


def test_committed_results_fit_the_page():
    assert all(page.tables(ROOT).values())


def test_parts_can_be_named(monkeypatch, capsys, tmp_path):
    ran = []
    monkeypatch.setattr(run, "PARTS", {"a": ran.append, "b": ran.append})
    monkeypatch.setattr(sys, "argv", ["run", "b", "--n", "300", "--results", str(tmp_path)])
    run.main()
    assert ran == [Options(n=300, results=tmp_path)]
    assert ran[0].overrides() == {"split.train_size": 300, "split.test_size": 100}
    assert Options().overrides() == {}
    monkeypatch.setattr(sys, "argv", ["run", "c"])
    with pytest.raises(SystemExit):
        run.main()
    assert "no part is named c" in capsys.readouterr().err
