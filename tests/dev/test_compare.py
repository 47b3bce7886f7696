"""The table of experiments: what was changed in each, best first, within the terminal's width."""

import json
import shlex
import sys

import yaml

from dev import compare, graph
from dev.experiments import git
from dev.workspace import NOBODY
from tests.support import clones

PLAIN = {"kmeans": {"k": 10}, "recluster": {"k": 10}, "tsne": {"perplexity": "auto"}}


def commit(folder, params, scores, ref=None):
    """Commit params and scores; a ref takes the commit off the branch, as DVC's experiments are."""
    (folder / "params.yaml").write_text(params if isinstance(params, str) else yaml.dump(params))
    (folder / "metrics/scores.json").write_text(json.dumps(scores))
    before = git(folder, "rev-parse", "HEAD").strip() if ref else None
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", ".")
    sha = git(folder, "rev-parse", "HEAD").strip()
    if before:
        git(folder, "update-ref", f"refs/exps/{before[:2]}/{before[2:]}/{ref}", sha)
        git(folder, "reset", "--quiet", "--hard", before)
    return sha


def project(folder):
    """Make a repository with a commit and three experiments, best in the middle."""
    git(folder, "init", "--quiet", "-b", "main")
    for name, value in NOBODY.items():
        git(folder, "config", f"user.{name}", value)
    (folder / "metrics").mkdir()
    commit(folder, PLAIN, {"accuracy": 0.9, "nmi": 0.5, "k": 10})
    better = PLAIN | {"kmeans": {"k": 3}, "recluster": {"k": 12}}
    for name, accuracy, params in (
        ("worse", 0.8, PLAIN | {"tsne": {"perplexity": 5}}),
        ("better", 0.95, better),
        ("broken", "!", PLAIN | {"recluster": {"k": None}}),
    ):
        commit(folder, params, {"accuracy": accuracy, "nmi": 0.5, "k": 10}, name)
    return folder


def lines(folder, *, all_commits=False, width=80):
    found = compare.rows(folder, all_commits)
    return compare.table(found, compare.COLUMNS, "accuracy", width).splitlines()


def test_best_first_with_what_was_changed(tmp_path):
    header, *shown = lines(project(tmp_path))
    assert header.split() == ["accuracy", "nmi", "k", "experiment", "changed"]
    assert [line.split() for line in shown] == [
        ["0.9500", "0.5000", "10", "better", "kmeans.k=3", "recluster.k=12"],
        ["0.9000", "0.5000", "10", "main"],
        ["0.8000", "0.5000", "10", "worse", "tsne.perplexity=5"],
        ["-", "0.5000", "10", "broken", "recluster.k=null"],
    ]
    assert compare.points(compare.rows(tmp_path), "accuracy") == {
        5: [(10, 0.8)],
        "auto": [(10, 0.9), (12, 0.95)],
    }


def test_a_workspace_is_listed_where_its_params_differ(tmp_path):
    params = project(tmp_path) / graph.PARAMS
    params.write_text(yaml.dump(PLAIN | {"recluster": {"k": 7}}))
    assert [line.split()[3:] for line in lines(tmp_path) if "workspace" in line] == [
        ["workspace", "recluster.k=7"]
    ]
    # Half written by an editor.
    params.write_text("kmeans: {k: [")
    assert not any("workspace" in line for line in lines(tmp_path))


def test_experiments_of_earlier_commits_on_request(tmp_path):
    first = git(project(tmp_path), "rev-parse", "--short=7", "HEAD").strip()
    # Of another layout.
    commit(tmp_path, "[1, 2]", {"accuracy": [1, 2], "nmi": ""})
    commit(tmp_path, PLAIN, {"accuracy": 0.99})
    commit(tmp_path, PLAIN, {"accuracy": 0.99, "k": 10}, "same")
    assert [line.split()[3:] for line in lines(tmp_path)[1:]] == [["main"], ["same", "nothing"]]
    names = [line.split()[3] for line in lines(tmp_path, all_commits=True)[1:]]
    assert names == ["main", "same", "better", first, "worse", "broken"]


def test_long_lists_of_changes_go_on_in_the_next_line(tmp_path):
    params = graph.load_yaml(graph.PARAMS)
    names = list(graph.leaves(params))[:20]
    project(tmp_path)
    commit(tmp_path, params, {"accuracy": 0.9})
    changed = graph.nested(graph.leaves(params) | dict.fromkeys(names, 1234567))
    commit(tmp_path, changed, {"accuracy": 0.95}, "all")
    shown = lines(tmp_path)
    assert max(map(len, shown)) <= 80
    assert all(f"{name}=1234567" in " ".join(shown).split() for name in names)


def test_a_reader_that_stops_early_is_no_fault(clone):
    command = f"{shlex.quote(sys.executable)} -m dev.compare -A | head -n 1"
    done = clones.run(clone, "bash", "-o", "pipefail", "-c", command)
    assert done.stdout.startswith("accuracy")
    assert done.stderr == ""
