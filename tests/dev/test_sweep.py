"""Grids of experiments: what is shared is computed once, and what ran comes back."""

import re

import dvc.api
import pytest
import yaml

from dev import experiments, graph, sweep
from mnist_clustering.errors import InputError
from mnist_clustering.placing import executors
from tests.support import clones

STAGES = ("code", "download", "split", "flatten", "kmeans")


@pytest.fixture
def place(clone):
    """A clone whose pipeline ends with KMeans on the pixels, and where experiments run."""
    for name in ("dvc.yaml", "dvc.lock"):
        content = yaml.safe_load((clone / name).read_text(encoding="utf-8"))
        kept = {stage: content["stages"][stage] for stage in STAGES}
        rest = {"schema": content["schema"]} if "schema" in content else {}
        (clone / name).write_text(yaml.safe_dump({**rest, "stages": kept}), encoding="utf-8")
    clones.commit(clone)
    commit = experiments.clean_commit(clone)
    return experiments.Place(str(clone), commit, str(clone / ".dvc/cache"), threads=1)


@pytest.fixture
def said(monkeypatch):
    """What DVC said, run by a warm interpreter."""
    found = []

    def dvc(folder, *words, settings, on_line):
        done = clones.warm().run(folder, ["dvc", *words], settings | clones.warm().environment())
        found.append(done.stdout + done.stderr)
        on_line(found[-1])
        done.check_returncode()

    monkeypatch.setattr(experiments, "dvc", dvc)
    return found


def test_what_is_shared_runs_once_and_all_comes_back(place, said):
    grid = sweep.named(sweep.experiments(["split.seed=1", "kmeans.k=3,4"]))
    assert list(grid) == ["seed-1_k-3", "seed-1_k-4"]
    grid |= sweep.named([("split.train_size=100000",), ("kmeans.kk=3",), ("kmeans.k=0",)])
    failed = sweep.run(place, grid, executors.here)
    ran = re.findall(r"^Running stage '(\w+)'", "".join(said), re.MULTILINE)
    assert sorted(ran) == ["flatten", "kmeans", "kmeans", "split", "split"]
    assert set(failed) == {"train_size-100000", "kk-3", "k-0"}
    assert failed["train_size-100000"].startswith("split: split.train_size is 100000")
    assert "no param kmeans.kk" in failed["kk-3"]
    assert "kmeans.k is 0, but it must be" in failed["k-0"]
    there = {
        row["Experiment"]: row["kmeans.k"]
        for row in dvc.api.exp_show(place.root, force=True)
        if row["Experiment"] and row["Experiment"] in grid
    }
    assert there == {"seed-1_k-3": 3, "seed-1_k-4": 4}


def test_changes_that_are_in_no_commit_are_refused(place, clone):
    (clone / "params.yaml").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"params\.yaml changed since the last commit"):
        experiments.clean_commit(clone)


def test_waves_go_from_what_all_share_to_what_few_do():
    known = graph.stages()
    base = graph.leaves(graph.load_yaml(graph.PARAMS))
    grid = {
        f"{k} {perplexity}": base | {"recluster.k": k, "tsne.perplexity": perplexity}
        for k in (8, 9, 10)
        for perplexity in (20, 30)
    }
    first, second, *rest = sweep.waves(grid, known)
    ((everyone, shared),) = first.items()
    assert set(everyone) == set(grid)
    assert {"download", "neighbors", "elbow@pixels"} <= set(shared)
    assert not {"tsne@2", "recluster@2", "evaluate"} & set(shared)
    assert {names: "tsne@2" in own for names, own in second.items()} == {
        ("8 20", "9 20", "10 20"): True,
        ("8 30", "9 30", "10 30"): True,
    }
    every = [stage for wave in (first, second, *rest) for own in wave.values() for stage in own]
    assert "evaluate" not in every, "each experiment has its own"
