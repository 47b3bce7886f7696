"""Real DVC in a temporary copy on small real data: what runs again, and what the user sees."""

import json
from pathlib import Path

import numpy as np
import pytest

from dev import compare, graph, machine, verify
from mnist_clustering import ImageClusters
from mnist_clustering.estimators import settings
from mnist_clustering.model import answers, fitting
from mnist_clustering.model import fitted as model
from stages import code
from stages.workspace import set_params
from tests.support import clones
from tests.support.situations import seen

DIGESTS = graph.ROOT / "tests" / "pipeline" / "digests.json"

STAGES = graph.stages()
ELBOWS = {"elbow@pixels", "elbow@map"}
# These show the results of all others.
SHOWN = {"draw", "present"}
DESCRIBED = {"features", "bundle", "pack"}


def below(*names):
    """Return stages and all that follow from them, as dvc.yaml has it."""
    return graph.downstream(names, STAGES)


@pytest.mark.skipif(not machine.promised(), reason="no bytes are promised on this machine")
def test_every_output_has_the_committed_digest(finished):
    assert verify.digests(finished[0]) == verify.committed(DIGESTS), "run `make renew`"


def test_the_estimator_gives_the_same_model_to_the_bit(finished):
    folder, _ = finished
    params = graph.load_yaml(graph.PARAMS, folder)
    own = {
        section: {name: params[section][name] for name in values}
        for section, values in settings.DEFAULTS.items()
    }
    path = folder / "models/model.npz"
    expected = model.to_arrays(answers.load_model(path))
    images = np.load(folder / "data/split/train_images.npy")
    found = fitting.fit(images, "handwriting", params["recluster"]["k"], own, dataset="digits")
    made = model.to_arrays(found.model)
    assert made.keys() == expected.keys()
    # Only the pipeline knows labels.
    for name in made.keys() - {"names"}:
        assert made[name].dtype == expected[name].dtype, name
        assert np.array_equal(made[name], expected[name]), name
    assert np.array_equal(found.positions, np.load(folder / "data/tsne/2d/train.npy"))
    # The file of the pipeline is read as an estimator, which gives its predictions.
    loaded = ImageClusters.load(path)
    test = np.load(folder / "data/split/test_images.npy")
    assert np.array_equal(loaded.transform(test), np.load(folder / "data/tsne/2d/test.npy"))
    assert np.array_equal(loaded.labels_, found.clusters)


def test_repro_runs_every_stage_and_then_nothing(finished):
    folder, stages_run = finished
    assert stages_run == set(graph.stages())
    again = clones.dvc(folder, "repro")
    assert clones.ran(again) == set()
    assert "Data and pipelines are up to date." in again.stdout
    assert clones.run(folder, "git", "status", "--porcelain").stdout == ""


def status(folder):
    """Return the stages that are not up to date."""
    return set(json.loads(clones.dvc(folder, "status", "--json").stdout))


EDITS = [
    ("mnist_clustering/figures/kl.py", "\nfrom matpl", "\nx = 1\nfrom matpl"),
    ("mnist_clustering/features/gradients.py", "\nimport ", "\nx = 1\nimport "),
    ("stages/flatten.py", "SPLIT =", "# A remark.\nSPLIT ="),
    ("stages/split.py", '"""', '"""Other words. '),
    ("requirements.lock", "\nopentsne==", "\nopentsne==9"),
    ("requirements.lock", "\npluggy==", "\npluggy==9"),
]


def test_an_edit_concerns_the_scripts_that_import_it(clone, monkeypatch):
    monkeypatch.chdir(clone)
    before = code.described()

    def changed(path, old, new):
        text = Path(path).read_text()
        assert old in text
        Path(path).write_text(text.replace(old, new, 1))

    for edit in EDITS:
        changed(*edit)
    now = code.described()
    concerned = {name for name in now if now[name] != before[name]}
    assert concerned == {"draw", "present", "tsne", *DESCRIBED}
    changed("stages/__init__.py", "resources.san", "x = 1\nresources.san")
    again = code.described()
    assert all(again[name] != now[name] for name in before)


def test_a_new_module_and_a_new_import_need_no_tool(clone):
    (clone / "mnist_clustering/exact/halves.py").write_text("HALF = 0.5\n")
    script = clone / "stages/flatten.py"
    more = "from mnist_clustering.exact import halves\nfrom stages"
    script.write_text(script.read_text().replace("from stages", more, 1))
    # The report lists all params.
    set_params(clone / graph.PARAMS, {"tsne.exaggeration": 2})
    assert status(clone) == {"code", "tsne@2", "tsne@3", "present"}
    clones.repro(clone, "code")
    assert status(clone) == {"flatten", "tsne@2", "tsne@3", "present"}
    noted = json.loads((clone / "data/code/flatten.json").read_text())["modules"]
    assert "mnist_clustering/exact/halves.py" in noted


def test_a_change_runs_what_it_concerns_and_ends_where_outputs_are_the_same(clone):
    changed = {"draw.map_2d.palette": "petroff", "elbow.pixels_starts": 2}
    set_params(clone / graph.PARAMS, changed)
    with (clone / "mnist_clustering/tsne/optimization.py").open("a") as file:
        file.write("_REMARK = 1\n")
    own = {"code", "elbow@pixels", "pack", "tsne@2", "tsne@3"}
    assert clones.repro(clone) == own | SHOWN


def test_an_experiment_shows_in_metrics_plots_and_the_table(clone, monkeypatch, capsys):
    # With no other to choose from, nine clusters are preferred.
    auto = {"recluster.k": "auto", "elbow.k_min": 9, "elbow.k_max": 9}
    words = [word for name, value in auto.items() for word in ("-S", f"{name}={value}")]
    done = clones.dvc(clone, "exp", "run", "--name", "nine", *words)
    assert clones.ran(done) == ELBOWS | below("recluster") | SHOWN
    header, *shown = clones.dvc(clone, "metrics", "diff", "--all").stdout.splitlines()
    assert header.split()[:2] == ["Path", "Metric"]
    assert {line.split()[0] for line in shown} == {"metrics/scores.json"}
    assert shown[0].split()[1] == "accuracy"
    assert len(shown) <= 20
    changed = {line.split()[1] for line in shown if float(line.split()[-1])}
    assert {"accuracy", "accuracy_kmeans_2d", "k"} <= changed
    assert not any(name.endswith("_pixels") for name in changed)
    plots = json.loads(clones.dvc(clone, "plots", "diff", "--json").stdout)["data"]
    drawn = set().union(*(stage.plots for stage in graph.stages().values()))
    combined = {name for plot in graph.load_yaml("dvc.yaml")["plots"] for name in plot}
    assert set(plots) == drawn | combined
    assert clones.run(clone, "git", "ls-files", "--others", "--exclude-standard").stdout == ""
    labels = np.load(clone / "data/recluster/kmeans_2d/train.npy")
    assert len(np.unique(labels)) == 9
    monkeypatch.chdir(clone)
    monkeypatch.setattr("sys.argv", ["compare"])
    compare.main()
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "nine" in line.split())
    accuracy = json.loads((clone / "metrics/scores.json").read_text())["accuracy"]
    assert line.split()[0] == f"{accuracy:.4f}"
    assert "recluster.k=auto" in line.split()
    # Another elbow that prefers the same number clusters nothing anew.
    set_params(clone / graph.PARAMS, {"elbow.seed": 1})
    assert clones.repro(clone, "recluster") <= ELBOWS


def test_a_bad_param_ends_with_one_sentence(clone):
    params = clone / graph.PARAMS
    whole = params.read_text()
    for name, value, sentence in (
        ("kmeans.k", 0, f"kmeans.k is 0, {seen('bad-value')} of clusters from"),
        ("tsne.perplexity", 6, "tsne.perplexity is 6, for which neighbors.k must"),
    ):
        set_params(params, {name: value})
        check_sentence(clones.dvc(clone, "repro", code=None), f"kmeans: params.yaml: {sentence}")
        params.write_text(whole)
    params.write_text(whole.replace("  n_init: ", "  n_inti: ", 1))
    sentence = f"kmeans: params.yaml: kmeans {seen('unknown-param')} n_inti: it takes k"
    check_sentence(clones.dvc(clone, "repro", "kmeans", code=None), sentence)
    params.write_text(whole)
    done = clones.dvc(clone, "exp", "run", "-S", "kmeans.clusters=3", code=None)
    check_sentence(done, "ERROR: Invalid `--set-param` value")


def check_sentence(done, sentence):
    ours, *others = done.stderr.splitlines()
    assert ours.startswith(sentence)
    assert "Traceback" not in done.stderr
    assert not others or others[0].startswith(("ERROR: failed to reproduce", "To append"))
