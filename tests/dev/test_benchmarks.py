"""Benchmarks: processes are measured alone, routes score as the pipeline does, and pages judge."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dev import graph
from dev.benchmarks import measure, peers, pipeline, routes, run, targets
from dev.benchmarks.measure import TRAIN, Options
from dev.tables import benchmarks as page
from mnist_clustering.errors import InputError
from mnist_clustering.features import descriptors
from mnist_clustering.sources import digits
from stages.workspace import ROOT

DIGITS = digits.load()
COST = {"seconds": 1.0, "cpu_seconds": 2.0, "peak_mib": 300.0, "rounds": 3}
SCORES = {"accuracy": 0.9, "nmi": 0.8, "ari": 0.7}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Lay out what a finished run leaves, of 600 + 100 digits."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("split", "split_labels", "label", "features", "raw"):
        (folder / name).mkdir()
    blocks = [descriptors.Block("pixel", 8, 1.0)]
    images = DIGITS["train_images"]
    fitted, described = descriptors.fit_transform(images, blocks, deskewed=True, whiten=True)
    tested = descriptors.transform(DIGITS["test_images"][:100], fitted)
    for part, size, own in (("train", 600, described[:600]), ("test", 100, tested)):
        np.save(folder / f"split/{part}_images.npy", DIGITS[f"{part}_images"][:size])
        for name in ("split_labels", "label"):
            np.save(folder / f"{name}/{part}.npy", DIGITS[f"{part}_labels"][:size])
        np.save(folder / f"split/{part}_indices.npy", np.arange(size, dtype=np.int32))
        np.save(folder / f"features/{part}.npy", own)
    for name in pipeline.BESIDE:
        (folder / name).write_text(name)
    return folder


def test_a_process_is_measured_alone_and_without_presets(monkeypatch, tmp_path):
    for name in measure.PRESETS:
        monkeypatch.setenv(name, "1")
    code = (
        "import os, sys, time; block = b'x' * (64 << 20); time.sleep(0.2);"
        "assert not sys.dont_write_bytecode; assert os.environ['SEEN'] == 'yes';"
        "assert not any(name.startswith('OPENBLAS') for name in os.environ)"
    )
    taken = measure.run([sys.executable, "-S", "-c", code], tmp_path, {"SEEN": "yes"})
    assert 0.2 < taken["seconds"] < 5
    assert taken["cpu_seconds"] < taken["seconds"]
    # What this process holds is not in it.
    assert 64 < taken["peak_mib"] < 100
    with pytest.raises(subprocess.CalledProcessError):
        measure.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_dvc_is_measured_by_stage(tmp_path):
    project = tmp_path / "project"
    (project / "stages").mkdir(parents=True)
    (project / "stages/one.py").write_text("import sys; open('out', 'w').write(sys.argv[1])")
    stage = "cmd: python -m stages.one 2\n    outs: [out]"
    (project / "dvc.yaml").write_text(f"stages:\n  one:\n    {stage}\n")
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=project, check=True)
    taken, lines = pipeline.dvc(project, ["repro"])
    assert (project / "out").read_text() == "2"
    assert 0 < lines["one"]["seconds"] < taken["seconds"]
    assert pipeline.dvc(project, ["repro"])[1] == {}


def test_powers_are_found_again():
    taken = {str(n): n**1.1 / 1000 for n in (7500, 60000, 240000)}
    assert pipeline.exponents(taken, 60000) == (1.1, 1.1)
    assert pipeline.exponents({"7500": 1.0}, 60000) == (None, None)
    assert list(pipeline.commands(ROOT))[:2] == ["code", "label"]
    assert pipeline.sizes_of(300) == {"split.train_size": 300, "split.test_size": 100}
    assert pipeline.sizes_of(TRAIN) == {}


def test_enlarged_data_are_varied_and_the_same_each_time(data, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "DATA", data)
    for name in ("once", "twice"):
        pipeline.write_split(tmp_path / name, 1500, 600)
        assert all((tmp_path / name / each).read_text() == each for each in pipeline.BESIDE)
    images = np.load(tmp_path / "once/split/train_images.npy")
    labels = np.load(tmp_path / "once/split_labels/train.npy")
    assert np.array_equal(images, np.load(tmp_path / "twice/split/train_images.npy"))
    assert (images.shape, images.dtype, len(labels)) == ((1500, 28, 28), np.uint8, 1500)
    assert np.array_equal(images[:600], DIGITS["train_images"][:600])
    assert np.array_equal(labels[:600], labels[600:1200])
    assert np.mean((images[:600] != images[600:1200]).any(axis=(1, 2))) > 0.99
    # Moved a little, not made anew.
    assert np.corrcoef(images[0].ravel(), images[600].ravel())[0, 1] > 0.4


def follow(name, data, tmp_path, n=600):
    routes.main(name, str(data), str(n), "0", str(tmp_path / "result.json"))
    return json.loads((tmp_path / "result.json").read_text())


def test_a_route_times_its_steps_and_scores(data, tmp_path, monkeypatch):
    found = follow("sklearn_kmeans", data, tmp_path, 300)
    assert list(found["steps"]) == ["KMeans"]
    assert found["clusters"] == 10
    assert all(0.4 < found[part]["accuracy"] < 1 for part in ("train", "test"))
    # Inertia is in the units of the pipeline.
    monkeypatch.setitem(routes.ROUTES, "few", lambda data: routes.sklearn_elbow(data, (2, 3)))
    inertia = follow("few", data, tmp_path)["inertia"]
    images = DIGITS["train_images"][:600].reshape(600, -1).astype(float)
    spread = ((images - images.mean(axis=0)) ** 2).sum()
    assert spread > inertia["2"] > inertia["3"] > spread / 3


def test_our_steps_are_those_of_the_stages(data, tmp_path):
    for name in ("our_affinities", "opentsne_affinities"):
        assert list(follow(name, data, tmp_path)["steps"]) == ["neighbours and affinities"]
    placed = follow("our_map_placed", data, tmp_path)
    assert list(placed["steps"]) == ["map", "place test"]
    assert placed["accuracy"] > 0.6
    assert placed["neighbor_recall"] > 0.2
    known = routes.Data(data, 600, 0)
    routes.judge(known, known.features().astype(float))
    assert known.notes["neighbor_recall"] > 0.9


def test_noise_counts_as_error():
    labels = np.repeat(np.arange(10), 10)
    clusters = labels.copy()
    clusters[::10] = -1
    found = routes.score(labels, clusters)
    assert (found["accuracy"], found["noise"]) == (0.9, 0.1)
    assert routes.score(labels, (labels + 3) % 10) == {"accuracy": 1, "nmi": 1, "ari": 1}


def test_a_route_runs_in_a_process_of_its_own_or_says_what_is_missing(data, tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "DATA", data)
    found = peers.route("sklearn_kmeans", Options(n=200))
    assert found["n"] == 200
    assert found["seconds"] > found["steps"]["KMeans"]
    with pytest.raises(InputError, match="make bench"):
        peers.route("umap_map", Options(peers=tmp_path / "none"))
    monkeypatch.setattr(peers, "DATA", tmp_path)
    with pytest.raises(InputError, match="make repro"):
        peers.route("sklearn_kmeans", Options())


def test_every_route_that_a_part_names_is_known():
    named = {route for part in peers.ROUTES.values() for route in part}
    sides = {side for pair in peers.PAIRS.values() for side in pair}
    assert (named | sides) - set(peers.OURS) == set(routes.ROUTES)
    assert named == set(page.ROUTES)
    assert sides == set(page.SIDES)


def test_our_side_of_a_pair_is_given_what_its_stages_read():
    stages = [graph.stages()[name] for name in ("neighbors", "distortion", "tsne@2", "tsne@3")]
    given = {"/".join(Path(path).parts[:2]) for path in peers._given(stages)}
    assert given == {"data/features", "data/split"}


def results():
    """Return results in the form in which the parts write them, as few as do."""
    early = ("kmeans", "neighbors", "distortion", "tsne@2", "micro@2")
    late = ("tsne@3", "micro@3", "elbow@pixels", "elbow@map", "draw")
    stages = {
        "whole": COST | {"seconds": 12.0},
        "stages": dict.fromkeys((*early, *late), COST),
        "sweeps": dict.fromkeys((*pipeline.SWEEPS, pipeline.QUEUE), COST | {"ran": ["a"]}),
    }
    pairs = {
        pair: dict.fromkeys(sides, COST | {"neighbor_recall": 0.3, "accuracy": 0.98})
        for pair, sides in peers.PAIRS.items()
    }
    pairs["map_3d"]["our_map_3d"] = pairs["map_3d"]["our_map_3d"] | {"seconds": 1.5}
    pairs["map_3d"]["opentsne_map_3d"] = pairs["map_3d"]["opentsne_map_3d"] | {"seconds": 4.0}
    route = COST | {"n": 60000, "train": SCORES, "test": SCORES}
    elbow = COST | {"n": 60000, "seconds": 399.0, "inertia": {"5": 1000.0}}
    growth = {str(n): COST | {"seconds": n / 10000} for n in (30000, 60000, 120000)}
    taken = ("first_seconds", "all_seconds", "frame_2d_ms", "frame_3d_ms", "placed_ms", "megabytes")
    found = {
        "stages": stages,
        "pairs": {"pairs": pairs},
        "peers": {"routes": {"umap_hdbscan": route}},
        "study": {"routes": {"sklearn_elbow": elbow, "sklearn_kmeans": route}},
        "growth": {"n": 60000, "stages": {"tsne@2": growth, "neighbors": growth}},
        "explorer": {"explorer": dict.fromkeys(taken, 4.0)},
        "elbow": {"5": 1000.5},
    }
    return {part: own | {"minutes": 7} if part != "elbow" else own for part, own in found.items()}


def test_targets_are_judged_by_what_was_measured():
    measured = results()
    rows = {target.target: target.row(measured)[1:] for target in reversed(targets.TARGETS)}
    assert {row[2] for row in rows.values()} == {"yes", "**no**"}
    assert rows["all stages"] == ("at most 50 s", "10 s", "yes")
    # What stages of the 3-D map, elbow and drawings take is left out.
    assert next(row for name, row in rows.items() if "predict.py" in name)[1] == "5 s"
    assert rows["what `dvc repro` adds to its stages"][1] == "2 s"
    # As fast as ours is not three times as long.
    times = ("1 times as long", "**no**")
    assert rows["neighbours and affinities: openTSNE's defaults take"][1:] == times
    inertia = rows["inertia on pixels above that of scikit-learn's ten starts, any k"]
    assert inertia[1:] == ("0.05 %", "yes")
    # 400 seconds beside 10; half a second more than the 2-D map, where the other takes four.
    whole = rows["the whole study beside all stages: scikit-learn takes"]
    assert whole[1:] == ("40 times as long", "yes")
    beyond = rows["3-D map beyond the 2-D map that it starts from: openTSNE's takes"]
    assert beyond[1:] == ("8 times as long", "yes")
    assert rows["`make bench`"] == ("at most 30 min", "35 min", "**no**")
    # The study was measured elsewhere: there is no ratio.
    measured["study"] |= {"machine": {"processor": "another"}}
    rows = {target.target: target.row(measured) for target in targets.TARGETS}
    whole = rows["the whole study beside all stages: scikit-learn takes"]
    assert whole[3] == "not measured"
    assert {target.row({"elbow": {}})[3] for target in targets.TARGETS} == {"not measured"}


@pytest.mark.parametrize(
    ("maker", "row"),
    [
        (page.pairs, "| 2-D map | here | – | 1.0 | 1.00 | 0.300 | 98.0 |"),
        (page.growth, "| `tsne@2` | 3.0 | 6.0 | 12.0 | 1.00 | 1.00 | 300 | 300 | 300 |"),
        (page.stages, "| all stages | 10.0 | 20.0 | 300 |"),
        (page.sweeps, "| nothing to do | 1 | 1.0 | 2.0 | 300 | 0.0 |"),
        (page.peers, "| UMAP's recipe, HDBSCAN | 1 | 300 | 60,000 | 90.0 | 0.800 | 0.700 | 90.0 |"),
        (page.peers, "from 2 to 20 | 399 | 300 | 60,000 | – | – | – | – |"),
        (page.explorer, "| a frame of the 2-D map | 4.0 ms, 250 a second |"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_tables_show_what_was_measured(maker, row):
    assert row in maker(results())
    assert page.made(maker, {"elbow": {}}) == page.NOT_YET


def test_parts_can_be_named_and_keep_how_long_they_took(monkeypatch, capsys, tmp_path):
    ran = []

    def part(options):
        ran.append(options)
        (tmp_path / "b.json").write_text('{"n": 300}')

    monkeypatch.setattr(run, "PARTS", {"a": ran.append, "b": part, "study": ran.append})
    monkeypatch.setattr(sys, "argv", ["run", "b", "--n", "300", "--results", str(tmp_path)])
    run.main()
    assert ran == [Options(n=300, results=tmp_path)]
    assert json.loads((tmp_path / "b.json").read_text()) == {"n": 300, "minutes": 0.0}
    monkeypatch.setattr(sys, "argv", ["run", "c"])
    with pytest.raises(SystemExit):
        run.main()
    assert "no part is named c" in capsys.readouterr().err
