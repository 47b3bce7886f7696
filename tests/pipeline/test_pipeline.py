"""Real DVC in a temporary copy on small real data: what runs again, and what the user sees."""

import json

import numpy as np
import pytest

import predict
from dev import machine, reference, verify
from stages.workspace import set_params
from tests.support import clones, graph
from tests.support.situations import seen

DIGESTS = graph.ROOT / "tests" / "pipeline" / "digests.json"

STAGES = graph.stages()
ELBOWS = {"elbow@pixels", "elbow@map"}
# These show the results of all others.
SHOWN = {"explore", "draw_curves", "report"}
DRAWN = {"draw_curves", "draw_clusters"}
DESCRIBED = {"features", "bundle", "extend", "pack"}
COMPILED = {"distortion", "bundle", "extend", "pack"}


def below(*names):
    """Return stages and all that follow from them, as dvc.yaml has it."""
    return graph.downstream(names, STAGES)


@pytest.mark.skipif(not machine.promised(), reason="no bytes are promised on this machine")
def test_every_output_has_the_committed_digest(finished):
    assert verify.digests(finished[0]) == reference.load(DIGESTS), "run `make renew`"


def test_the_fitted_model_places_test_images_as_the_stages_did(finished):
    folder, _ = finished
    images, places, clusters = (
        np.load(folder / "data" / path)
        for path in ("split/test_images.npy", "tsne/2d/test.npy", "recluster/clusters_2d/test.npy")
    )
    model = predict.load_model(folder / "models" / "model.npz")
    nothing = [None] * len(images)
    found = predict.predict([predict.Source("test", images, nothing, nothing)], model)
    assert np.array_equal(np.float32([(row["x"], row["y"]) for row in found]), places)
    kept = [row["image"] for row in found if row["reason"] is None]
    assert len(kept) > 0.9 * len(images)
    assert [found[row]["cluster"] for row in kept] == clusters[kept].tolist()


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


def test_status_names_the_stages_that_a_param_changes(clone):
    set_params(clone / graph.PARAMS, {"tsne.exaggeration": 2})
    # The report lists all params.
    assert status(clone) == {"tsne@2", "tsne@3", "report"}


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("mnist_clustering/figures/kl.py", "\nimport ", "\nx = 1\nimport ", DRAWN),
        ("mnist_clustering/features/gradients.py", "\nimport ", "\nx = 1\nimport ", DESCRIBED),
        ("stages/__init__.py", "resources.san", "x = 1\nresources.san", set(STAGES) - {"code"}),
        ("requirements.lock", "\nopentsne==1", "\nopentsne==2", {"tsne@2", "tsne@3"}),
        ("requirements.lock", "\nllvmlite==0", "\nllvmlite==1", COMPILED),
        ("requirements.lock", "\npluggy==1", "\npluggy==2", set()),
        ("stages/flatten.py", "SPLIT =", "# A remark.\nSPLIT =", set()),
        ("stages/flatten.py", "Flatten each", "Lay out each", set()),
    ],
)
def test_an_edit_concerns_the_stages_that_import_it(clone, path, old, new, expected):
    text = (clone / path).read_text()
    assert old in text
    (clone / path).write_text(text.replace(old, new, 1))
    assert status(clone) == {"code"}
    assert clones.repro(clone, "code") == {"code"}
    assert status(clone) == expected


def test_a_new_module_and_a_new_import_need_no_tool(clone):
    (clone / "mnist_clustering/exact/halves.py").write_text("HALF = 0.5\n")
    clones.repro(clone, "code")
    assert status(clone) == set()
    script = clone / "stages/flatten.py"
    more = "from mnist_clustering.exact import halves\nfrom stages"
    script.write_text(script.read_text().replace("from stages", more, 1))
    clones.repro(clone, "code")
    assert status(clone) == {"flatten"}
    noted = json.loads((clone / "data/code/flatten.json").read_text())["modules"]
    assert "mnist_clustering/exact/halves.py" in noted


def test_a_new_colour_and_another_elbow_leave_the_rest_alone(clone):
    set_params(clone / graph.PARAMS, {"draw.map_2d.palette": "petroff", "elbow.pixels_starts": 2})
    assert clones.repro(clone) == {"draw_clusters", "elbow@pixels"} | SHOWN


def test_a_new_map_pays_for_no_search(clone):
    changed = {"tsne.exaggeration": 3, "tsne.seed": 1}
    set_params(clone / graph.PARAMS, {**changed, "tsne.map_2d.iterations": 25})
    stages_run = clones.repro(clone)
    assert {"tsne@2", "tsne@3"} <= stages_run <= below("tsne@2")


def test_another_elbow_clusters_anew_only_if_it_prefers_another_number(clone):
    set_params(clone / graph.PARAMS, {"recluster.k": "auto"})
    clones.repro(clone)
    preferred = json.loads((clone / "data/elbow/map/k.json").read_text())["k"]
    # With no other to choose from, the same is preferred.
    set_params(clone / graph.PARAMS, {"elbow.k_min": preferred, "elbow.k_max": preferred})
    assert clones.repro(clone) == ELBOWS | SHOWN
    other = preferred + 1
    set_params(clone / graph.PARAMS, {"elbow.k_max": other, "elbow.k_min": other})
    assert clones.repro(clone) <= ELBOWS | SHOWN | below("recluster")
    labels = np.load(clone / "data/recluster/kmeans_2d/train.npy")
    assert len(np.unique(labels)) == other


def test_an_edit_that_changes_no_output_ends_where_it_began(clone):
    with (clone / "mnist_clustering/tsne/optimization.py").open("a") as file:
        file.write("_REMARK = 1\n")
    assert clones.repro(clone) == {"code", "tsne@2", "tsne@3"}
    assert clones.run(clone, "git", "status", "--porcelain", "metrics", "plots").stdout == ""


def test_an_experiment_shows_in_metrics_and_plots(clone):
    done = clones.dvc(clone, "exp", "run", "-S", "recluster.k=9")
    # Of the names of the clusters of pixels, which the curves show, nothing changes.
    assert clones.ran(done) == below("recluster") - {"draw_curves"}
    metrics = json.loads(clones.dvc(clone, "metrics", "diff", "--json").stdout)
    assert set(metrics) == {"metrics/scores.json"}
    changed = set(metrics["metrics/scores.json"])
    assert {"accuracy", "accuracy_kmeans_2d", "nmi_3d", "k"} <= changed
    assert not any(name.endswith("_pixels") for name in changed)
    shown = [clones.dvc(clone, "metrics", "diff", "--all").stdout.splitlines() for _ in range(3)]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][1].split()[1] == "accuracy"
    assert len(shown[0]) - 1 <= 20
    plots = json.loads(clones.dvc(clone, "plots", "diff", "--json").stdout)["data"]
    drawn = set().union(*(stage.plots for stage in graph.stages().values()))
    combined = {name for plot in graph.load_yaml("dvc.yaml")["plots"] for name in plot}
    assert set(plots) == drawn | combined
    clones.dvc(clone, "plots", "diff")
    assert (clone / "dvc_plots/index.html").is_file()
    assert clones.run(clone, "git", "ls-files", "--others", "--exclude-standard").stdout == ""


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "kmeans.k",
            0,
            f"kmeans: params.yaml: kmeans.k is 0, {seen('bad-value')} of clusters from 1",
        ),
        (
            "tsne.perplexity",
            "lots",
            "distortion: params.yaml: tsne.perplexity is 'lots', but it must be a number from 1 to",
        ),
        (
            "tsne.perplexity",
            6,
            "distortion: params.yaml: tsne.perplexity is 6, for which neighbors.k must be 18",
        ),
    ],
)
def test_a_bad_param_ends_with_one_sentence(clone, name, value, sentence):
    set_params(clone / graph.PARAMS, {name: value})
    check_sentence(clones.dvc(clone, "repro", code=None), sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("kmeans.k=0", "kmeans: params.yaml: kmeans.k is 0, but it must be a whole number"),
        ("kmeans.clusters=3", "ERROR: Invalid `--set-param` value"),
    ],
)
def test_a_bad_experiment_ends_with_one_sentence(clone, change, sentence):
    check_sentence(clones.dvc(clone, "exp", "run", "-S", change, code=None), sentence)


def check_sentence(done, sentence):
    ours, *others = done.stderr.splitlines()
    assert ours.startswith(sentence)
    assert "Traceback" not in done.stderr
    assert not others or others[0].startswith(("ERROR: failed to reproduce", "To append"))


def test_a_misspelt_param_ends_with_one_sentence(clone):
    params = clone / graph.PARAMS
    params.write_text(params.read_text().replace("  n_init: ", "  n_inti: ", 1))
    done = clones.dvc(clone, "repro", "kmeans", code=None)
    ours, others = done.stderr.splitlines()
    assert ours.startswith(
        f"kmeans: params.yaml: kmeans {seen('unknown-param')} n_inti: it takes k"
    )
    assert others.startswith("ERROR: failed to reproduce 'kmeans'")
