"""dvc.yaml, params.yaml and the floors of the house fit what the code does."""

import re
from pathlib import Path

from dev import graph
from dev.graph import described, schema_of
from stages import drawings
from stages.imports import Imports

STAGES = graph.stages()
IMPORTS = Imports()
SCRIPTS = sorted(stage.script for stage in STAGES.values())
# What no stage writes: given by the user, written by hand, or by a study.
GIVEN = {
    *("stages", "mnist_clustering", "requirements.lock", "datasets", "explorer"),
    *("labels.csv", "dev/studies/results/maps.npz", graph.PARAMS),
}


def imported(path):
    """Return the top names of what a module imports."""
    return {name.partition(".")[0] for name in IMPORTS.names[path]}


# Deps and params


def test_each_stage_reads_the_digests_of_its_own_script_first():
    for stage in STAGES.values():
        own = {dep for dep in stage.deps if dep.startswith("data/code/")}
        assert own == ({f"data/code/{stage.script}.json"} if stage.name != graph.CODE else set())


def test_each_item_of_a_list_stands_once():
    for stage in graph.load_yaml("dvc.yaml")["stages"].values():
        whole = stage.get("do", stage)
        for kind in ("deps", "outs", "params", "plots", "metrics"):
            items = [item if isinstance(item, str) else next(iter(item)) for item in
                     whole.get(kind, [])]  # fmt: skip
            assert len(items) == len(set(items)), (whole["cmd"], kind)


def test_dvc_yaml_and_its_lock_stay_readable():
    lines = {name: len(Path(graph.ROOT / name).read_text().splitlines()) for name in
             ("dvc.yaml", "dvc.lock")}  # fmt: skip
    assert lines["dvc.yaml"] <= 550
    assert lines["dvc.lock"] <= 1700


def test_every_input_is_made_before_it_is_read():
    made = set()
    for stage in STAGES.values():
        for dep in stage.data - GIVEN:
            path = Path(dep)
            assert any(path.is_relative_to(out) or Path(out).is_relative_to(dep) for out in made), (
                f"{stage.name} stands before what makes {dep} in dvc.yaml"
            )
        made |= stage.outs


def test_drawings_are_declared():
    for script, own in (("draw", drawings.CURVES), ("present", drawings.CLUSTERS)):
        stage = STAGES[script]
        inputs = {path for drawing in own.values() for path in drawing.inputs.values()}
        outs = {out for out in stage.outs if out.startswith("plots/")}
        assert outs == {drawings.OUTPUT.format(name) for name in own}
        assert all(any(Path(path).is_relative_to(dep) for dep in stage.data) for path in inputs)
        if script == "draw":
            # It does nothing else.
            needed = {dep for dep in stage.data if any(Path(p).is_relative_to(dep) for p in inputs)}
            assert (stage.data, stage.outs) == (needed, outs)
        # The report shows them all, with what they were drawn from.
        read = [Path(dep) for dep in STAGES["present"].data | outs]
        assert all(any(Path(path).is_relative_to(dep) for dep in read) for path in inputs | outs)


def test_every_param_belongs_to_a_stage_and_has_a_schema_and_a_comment():
    params = graph.leaves(graph.load_yaml(graph.PARAMS))
    declared = {key for stage in STAGES.values() for key in stage.params}
    assert {key for key in declared if not any(graph.is_in(name, key) for name in params)} == set()
    idle = {name for name in params if not any(graph.is_in(name, key) for key in declared)}
    assert not idle, "no stage depends on these"
    known = dict(described(graph.load_yaml(graph.SCHEMA)))
    assert all("description" in schema_of(name, known) for name in params)
    unused = [key for key in known if "^" not in key and key not in params]
    assert not unused, "params.yaml has no such params"
    lines = (graph.ROOT / graph.PARAMS).read_text().splitlines()
    bare = [line for line in lines if re.search(r": *[^ #]", line) and " # " not in line]
    assert not bare, "every knob has a comment"


def test_params_carry_the_name_of_their_stage():
    for stage in STAGES.values():
        sections = {key.partition(".")[0] for key in stage.params}
        # Drawings have one section, whichever of two stages makes them.
        name = "draw" if stage.script == "present" else stage.script
        assert not sections or name in sections
    assert {section.partition(".")[0] for section in graph.load_yaml(graph.PARAMS)} <= set(SCRIPTS)


def test_sections_of_the_schema_take_nothing_else_and_want_all():
    def check(section):
        for value in section["properties"].values():
            if "properties" in value:
                assert value["additionalProperties"] is False
                assert set(value["required"]) == set(value["properties"])
                check(value)

    check(graph.load_yaml(graph.SCHEMA))


# Floors


def test_every_script_is_a_stage_and_is_named_so():
    assert {Path(path).stem for path in IMPORTS.scripts()} == set(SCRIPTS)
    for stage in STAGES.values():
        assert re.split("[@_]", stage.name)[0] == stage.script
        assert stage.command.startswith(f"python -m stages.{stage.script}")


def test_imports_lead_downwards_only():
    for path in IMPORTS.names:
        assert not imported(path) & {"dev", "tests", "predict", "place", "cluster"}, path
        # What cluster.py and dev run DVC with; no stage does.
        assert "dvc" not in imported(path) or path == "stages/workspace.py"
        assert "stages" not in imported(path) or path.startswith("stages/"), path


def test_only_two_scripts_need_matplotlib():
    needing = {path for path in IMPORTS.names if "matplotlib" in imported(path)}
    assert all(path.startswith("mnist_clustering/figures/") for path in needing)
    scripts = {path for path in IMPORTS.scripts() if IMPORTS.closure(path) & needing}
    assert scripts == {"stages/draw.py", "stages/present.py"}


def test_after_split_labels_serve_scores_pictures_and_names_only():
    evaluated = {out for name in ("evaluate", "examine") for out in STAGES[name].cached}
    # bundle takes the names of the clusters along, for predict.py to print.
    seers = {
        stage.script
        for stage in STAGES.values()
        if any(dep.startswith(("data/label", *evaluated)) for dep in stage.data)
    }
    assert seers == {"evaluate", "examine", "bundle", "draw", "present"}
    readers = {s.script for s in STAGES.values() if "data/label" in s.data}
    assert readers == {"evaluate", "examine", "bundle", "present"}
    raw = {s.script for s in STAGES.values() if {"data/raw", "data/split_labels"} & s.data}
    assert raw == {"split", "label"}
    assert {STAGES[n].script for n in graph.downstream(["label"], STAGES)} <= {*seers, "label"}


# Outputs


def test_git_keeps_metrics_and_plots_and_dvc_the_rest():
    for stage in STAGES.values():
        for out in stage.outs:
            folder = out.partition("/")[0]
            assert folder in {"data", "models", "site", "report.html", "metrics", "plots"}
            assert (out in stage.cached) == (folder not in {"metrics", "plots"}), out


def test_one_file_holds_what_is_compared():
    assert {path for stage in STAGES.values() for path in stage.metrics} == {"metrics/scores.json"}
    assert len(graph.load_yaml("metrics/scores.json")) <= 20


def test_metrics_and_plots_hold_nothing_that_no_stage_writes():
    kept = {out for stage in STAGES.values() for out in stage.outs - stage.cached}
    files = (path for name in ("metrics", "plots") for path in (graph.ROOT / name).rglob("[!.]*"))
    found = {str(path.relative_to(graph.ROOT)) for path in files if path.is_file()}
    assert found == kept | {"metrics/seeds.json"}  # This one is by a study.
