"""The table of experiments: what was changed, best first, within the width of a terminal."""

import shlex
import sys

import dvc.api
from dvc.exceptions import NotDvcRepoError

from dev import compare, graph
from tests.support import clones

BASE = {"Experiment": None, "rev": "main", "typ": "branch_base", "State": None}


def row(name, accuracy, **params):
    scores = {"accuracy": accuracy, "nmi": 0.5, "metrics/scores.json:k": 10.0}
    return {**BASE, "Experiment": name, "rev": name, **scores, **params}


def test_best_first_with_what_was_changed():
    plain = {"recluster.k": 10, "tsne.perplexity": 20, "kmeans.k": 10}
    rows = [
        {**row(None, 0.9, **plain), "rev": "workspace", "typ": "baseline"},
        {**row("main", 0.9, **plain), "typ": "baseline"},
        row("worse", 0.8, **plain | {"tsne.perplexity": 5}),
        row("better", 0.95, **plain | {"recluster.k": 12, "kmeans.k": 3}),
        {**row("queued", None, **plain | {"recluster.k": 11}), "State": "Queued"},
    ]
    lines = compare.table(rows, ["accuracy", "nmi", "k"], "accuracy", 80).splitlines()
    assert lines[0].split() == ["accuracy", "nmi", "k", "experiment", "changed"]
    assert [line.split()[3] for line in lines[1:]] == ["better", "main", "worse", "queued"]
    assert lines[1].split() == ["0.9500", "0.5000", "10", "better", "kmeans.k=3", "recluster.k=12"]
    assert lines[2].split() == ["0.9000", "0.5000", "10", "main"]
    assert lines[4].split()[-1] == "recluster.k=11"


def test_commits_of_another_layout_and_scores_that_are_being_written_are_no_fault():
    plain = {"recluster.k": 10, "tsne.perplexity": 20}
    rows = [
        {**BASE, "rev": "workspace", "typ": "baseline", "accuracy": "!", **plain},
        {**row("main", 0.9, **plain), "typ": "baseline"},
        {**row("old", None), "typ": "baseline", "nmi": "", "metrics/scores.json:k": [1, 2]},
        row("of old", "!", **{"recluster.k": "!"}),
    ]
    lines = compare.table(rows, ["accuracy", "nmi", "k"], "accuracy", 80).splitlines()
    assert [line.split()[3] for line in lines[1:3]] == ["main", "old"]
    assert lines[2].split()[:3] == ["-", "-", "-"]
    assert compare.points(rows, "accuracy") == {20: [(10, 0.9)]}


def test_long_lists_of_changes_go_on_in_the_next_line():
    names = list(graph.leaves(graph.load_yaml(graph.PARAMS)))[:20]
    main = {**row("main", 0.9), "typ": "baseline"}
    rows = [{**main, "rev": "workspace"}, main, row("all", 0.95, **dict.fromkeys(names, 7))]
    lines = compare.table(rows, ["accuracy"], "accuracy", 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(f"{name}=7" in " ".join(lines).split() for name in names)


def test_a_reader_that_stops_early_is_no_fault(clone):
    command = f"{shlex.quote(sys.executable)} -m dev.compare -A | head -n 1"
    done = clones.run(clone, "bash", "-o", "pipefail", "-c", command)
    assert done.stdout.startswith("accuracy")
    assert done.stderr == ""


def test_a_running_experiment_whose_folder_goes_away_is_no_fault(monkeypatch, capsys):
    answers = iter([NotDvcRepoError("directory '/tmp/x/.dvc' does not exist"), FileNotFoundError()])
    plain = {"recluster.k": 10, "tsne.perplexity": 20}

    def show(num):
        for error in answers:
            raise error
        return [{**row("main", 0.9, **plain), "typ": "baseline"}]

    monkeypatch.setattr(dvc.api, "exp_show", show)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr("sys.argv", ["compare"])
    compare.main()
    assert "main" in capsys.readouterr().out
