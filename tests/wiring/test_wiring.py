"""dvc.yaml says exactly what the code does: a cache that misses a dependency lies."""

import ast
import re
from pathlib import Path

import pytest

from dev import imports, wire
from dev.graph import described, schema_of
from tests.support import graph

STAGES = graph.stages()
SCRIPTS = sorted({stage.script for stage in STAGES.values()})
PINNED = set(graph.load_yaml(graph.VERSIONS))
METHODS = sorted(
    str(path.relative_to(graph.ROOT)) for path in graph.ROOT.glob("mnist_clustering/**/*.py")
)
# What stands beside the scripts in stages/.
SHARED = {"stages/__init__.py", "stages/common.py", "stages/resources.py"}
# What no stage writes and is no code: given by the user, written by hand, or by a study.
GIVEN = {
    "labels.csv",
    "datasets",
    "explorer",
    "dev/studies/results/maps.npz",
    wire.SUMMARY,
    graph.PARAMS,
}
# Libraries that read, check, show and share out work, but never touch a number that is written.
SILENT = {"jsonschema", "pooch", "pyarrow", "pyyaml", "requests", "threadpoolctl", "tqdm"}


def every(names):
    return pytest.mark.parametrize("name", names)


def strings(path, name):
    """Return the strings in a constant of a script."""
    expression = imports.constants(path).get(name, ast.Tuple([]))
    nodes = (node for node in ast.walk(expression) if isinstance(node, ast.Constant))
    return [node.value for node in nodes if isinstance(node.value, str)]


def code_of(stage):
    """Return the files that a stage runs: draw imports the module that its command names."""
    roots = {f"stages/{stage.script}.py"}
    if stage.script == "draw":
        roots.add(f"mnist_clustering/figures/{stage.arguments[1]}.py")
    return imports.closure(roots)


# Deps and params


def test_dvc_yaml_is_as_make_wire_writes_it():
    text = (graph.ROOT / wire.FILE).read_text()
    assert wire.wired(text) == text, "run `make wire`"
    summary = (graph.ROOT / wire.SUMMARY).read_text()
    assert wire.summary(STAGES) == summary, "run `make wire`"


@every(STAGES)
def test_code_deps_are_what_the_script_imports(name):
    assert STAGES[name].code == code_of(STAGES[name])


@every(STAGES)
def test_library_params_are_what_the_code_computes_with(name):
    stage = STAGES[name]
    imported = imports.third_party(code_of(stage))
    assert imported <= PINNED | SILENT, "a library that computes is pinned in stages/versions.yaml"
    assert stage.libraries == imports.with_requirements(imported, PINNED)
    assert set(strings(f"stages/{stage.script}.py", "LIBRARIES")) == stage.libraries


def test_only_draw_imports_by_name():
    users = {
        path
        for path in (*METHODS, *SHARED, *(f"stages/{script}.py" for script in SCRIPTS))
        if "importlib" in imports.imports(path) or "__import__" in (graph.ROOT / path).read_text()
    }
    assert users <= {"stages/draw.py"}


@every(SCRIPTS)
def test_paths_at_the_top_are_deps_and_outs(name):
    script = f"stages/{name}.py"
    paths = {path for key in imports.constants(script) for path in strings(script, key)}
    own = [stage for stage in STAGES.values() if stage.script == name]
    files = {path for stage in own for path in (stage.data | stage.outs) - set(stage.arguments)}
    patterns = [pattern_of(path) for path in paths if "/" in path or path in files]
    elsewhere = set().union(*map(named_elsewhere, own))
    unknown = {path for path in files - elsewhere if not any(map(path_matches(path), patterns))}
    assert not unknown, "these are declared, but no constant of the script names them"
    idle = {pattern for pattern in patterns if not any(map(re.compile(pattern).fullmatch, files))}
    assert not idle, "the script names these, but they are not declared"


def named_elsewhere(stage):
    """What the report reads of the drawings is named in its summary of the stages."""
    drawings = (other for other in STAGES.values() if other.script == "draw")
    return set().union(*(d.data | d.outs for d in drawings)) if stage.script == "report" else set()


def pattern_of(path):
    """Turn a constant into an expression: ``{}`` stands for a name, a folder for what it holds."""
    within = "" if Path(path).suffix else "(/[^/]+)?"
    return re.escape(path).replace(re.escape("{}"), "[^/]+") + within


def path_matches(path):
    return lambda pattern: re.fullmatch(pattern, path)


def test_every_input_is_made_before_it_is_read():
    made = set()
    for stage in STAGES.values():
        read = {dep for dep in stage.data if dep not in GIVEN}
        missing = {dep for dep in read if not any(Path(out).is_relative_to(dep) for out in made)}
        assert not missing, f"{stage.name} stands before what it needs in dvc.yaml"
        made |= stage.outs


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
    files = {str(path.relative_to(graph.ROOT)) for path in graph.ROOT.glob("stages/*.py")}
    assert files - SHARED == {f"stages/{script}.py" for script in SCRIPTS}
    for stage in STAGES.values():
        assert stage.command.startswith(f"python -m stages.{stage.name.partition('@')[0]}")


@every(SCRIPTS)
def test_a_script_imports_no_other_stage(name):
    imported = imports.first_party(f"stages/{name}.py")
    sources = {path for path in imported if path.startswith("mnist_clustering/sources/")}
    assert imported <= SHARED | sources | set(METHODS)
    assert not sources or name == "download"


@every(METHODS)
def test_methods_know_nothing_of_stages_and_files(name):
    assert imports.first_party(name) <= set(METHODS)
    tops = {module.partition(".")[0] for module in imports.imports(name)}
    assert not tops & {"argparse", "dvc", "os", "pathlib", "sys", "yaml"}


@every(SCRIPTS)
def test_a_script_is_short(name):
    lines = (graph.ROOT / f"stages/{name}.py").read_text().splitlines()
    assert len(list(filter(str.strip, lines))) <= 90


def test_only_draw_imports_matplotlib():
    users = {path for path in METHODS if "matplotlib" in imports.third_party([path])}
    assert all(path.startswith("mnist_clustering/figures/") for path in users)
    stages = {s.script for s in STAGES.values() if "matplotlib" in imports.third_party(s.code)}
    assert stages <= {"draw"}


def test_after_split_labels_serve_scores_pictures_and_names_only():
    scored = STAGES["evaluate"].outs | STAGES["examine"].outs
    evaluated = {out for out in scored if not out.startswith("metrics/")}
    # bundle takes the names of the clusters along, for predict.py to print.
    seers = {
        stage.script
        for stage in STAGES.values()
        if any("labels" in dep or dep in evaluated for dep in stage.data)
    }
    scoring = {"evaluate", "examine", "extend", "explore"}
    assert seers <= {"split", "label", "bundle", "draw", "report"} | scoring
    readers = {s.script for s in STAGES.values() if any("label" in dep for dep in s.data)}
    assert readers == {"split", "label"} | scoring
    assert {STAGES[n].script for n in graph.downstream(["label"], STAGES)} <= {*seers, "evaluate"}
    followers = graph.downstream(["evaluate"], STAGES)
    assert {STAGES[name].script for name in followers} <= {*seers, "evaluate"}


# Outputs


def test_git_keeps_metrics_and_plots_and_dvc_the_rest():
    for stage in STAGES.values():
        for out in stage.outs:
            folder = out.partition("/")[0]
            assert folder in {"data", "models", "explorer", "report.html", "metrics", "plots"}
            assert (out in stage.cached) == (folder not in {"metrics", "plots"}), out
        assert all(out.startswith("metrics/") for out in stage.metrics)


def test_what_git_keeps_is_a_metric_or_a_plot():
    # DVC also shows them; and it reuses earlier runs of a stage only if git keeps nothing else.
    for stage in STAGES.values():
        assert stage.outs - stage.cached == stage.metrics | stage.plots
        assert all(out.startswith("plots/") for out in stage.plots)


def test_metrics_and_plots_hold_nothing_that_no_stage_writes():
    kept = {out for stage in STAGES.values() for out in stage.outs - stage.cached}
    files = (path for name in ("metrics", "plots") for path in (graph.ROOT / name).rglob("[!.]*"))
    found = {str(path.relative_to(graph.ROOT)) for path in files if path.is_file()}
    assert found == kept | {"metrics/seeds.json"}  # This one is by a study.
