"""Run a grid of experiments, on this machine or over a cluster, and bring them back to this clone.

    python -m dev.sweep -S recluster.k=8,9,10 -S tsne.perplexity=auto,30

Each experiment runs in a clone of its own that shares the DVC cache, and becomes a DVC experiment
of the last commit. What several of them share is computed once, before them. The same command again
runs those that are missing.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import get_hydra_sweeps

from dev import graph
from dev.experiments import Place, Settings, clean_commit, experiment, git, prepare
from dev.workspace import cache_folder, command_line
from mnist_clustering import resources
from mnist_clustering.errors import InputError
from mnist_clustering.placing import executors
from stages import parameters
from stages.workspace import ROOT


def main() -> int:
    """Run what is missing of the grid; 1 if an experiment failed."""
    options = _parser().parse_args()
    root = ROOT
    n_workers = options.workers or max(1, resources.cores() // 2)
    place = Place(
        root=str(root),
        commit=clean_commit(root),
        cache=str(cache_folder(root)),
        threads=max(1, resources.cores() // n_workers),
    )
    grid = named(experiments(options.settings))
    there = set(git(root, "for-each-ref", "--format=%(refname)", place.refs).split())
    missing = {name: own for name, own in grid.items() if place.refs + name not in there}
    print(f"sweep: {len(grid)} experiments, {len(grid) - len(missing)} there already", flush=True)

    failed = run(place, missing, partial(executors.map_items, options, n_workers))
    for name, sentence in failed.items():
        print(f"sweep: {name} failed: {sentence}", file=sys.stderr)
    print(
        f"sweep: {len(missing) - len(failed)} done, {len(failed)} failed; make compare lists them"
    )
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sweep", description="Run a grid of experiments, and bring them back to this clone."
    )
    add = parser.add_argument
    add("-S", "--set-param", dest="settings", action="append", required=True, metavar="NAME=VALUES",
        help="as in dvc exp run: values with commas between, or range(8,13)")  # fmt: skip
    executors.add_options(parser, "half the cores; each is an experiment", ("processes", "dask"))
    return parser


def experiments(settings: Iterable[str]) -> list[Settings]:
    """Multiply out settings as ``dvc exp run --queue`` does.

    Examples
    --------
    >>> experiments(["recluster.k=8,9", "kmeans.k=10"])
    [('recluster.k=8', 'kmeans.k=10'), ('recluster.k=9', 'kmeans.k=10')]
    """
    grid = get_hydra_sweeps(to_path_overrides(settings))
    return [tuple(own[graph.PARAMS]) for own in grid]


def named(grid: Iterable[Settings]) -> dict[str, Settings]:
    """Name each experiment after its settings.

    Examples
    --------
    >>> list(named([("recluster.k=8", "tsne.seed=0"), ("kmeans.seed=1", "tsne.seed=0")]))
    ['k-8_seed-0', 'kmeans.seed-1_tsne.seed-0']
    """
    found = {}
    for own in grid:
        keys = [setting.partition("=")[0] for setting in own]
        short = [key.rpartition(".")[2] for key in keys]
        values = [setting.partition("=")[2] for setting in own]
        pairs = zip(short if len(set(short)) == len(short) else keys, values, strict=True)
        found[re.sub(r"[^\w.-]+", "-", "_".join(f"{key}-{value}" for key, value in pairs))] = own
    return found


def run(place: Place, grid: Mapping[str, Settings], map_items: Any) -> dict[str, str]:
    """Run experiments, what they share before them; return a sentence for each that failed.

    ``map_items`` takes a function and items, and yields an `executors.Outcome` for each.
    """
    known = graph.load_yaml(graph.PARAMS, Path(place.root))
    schema = json.loads((Path(place.root) / graph.SCHEMA).read_text(encoding="utf-8"))
    params, failed = {}, {}
    for name, own in grid.items():
        try:
            params[name] = with_settings(known, own)
            if fault := next(parameters.faults(graph.nested(params[name]), schema), ""):
                raise InputError(fault)
        except InputError as error:
            failed[name] = str(error)
    good = {name: params[name] for name in grid if name not in failed}
    for wave in waves(good, graph.stages(Path(place.root))):
        tasks = {(grid[names[0]], stages): names for names, stages in wave.items()}
        for outcome in map_items(partial(prepare, place), list(tasks)):
            _say(
                f"{' '.join(outcome.item[1])}, for {len(tasks[outcome.item])} experiments", outcome
            )
            sentence = outcome.error or outcome.value
            failed |= dict.fromkeys(tasks[outcome.item], sentence) if sentence else {}
    items = [(name, grid[name]) for name in good if name not in failed]
    for outcome in map_items(partial(experiment, place), items):
        _say(outcome.item[0], outcome)
        if sentence := outcome.error or outcome.value:
            failed[outcome.item[0]] = sentence
    return failed


def _say(what: str, outcome: executors.Outcome) -> None:
    how = "failed" if outcome.error or outcome.value else "done"
    print(f"sweep: {how} at {time.strftime('%H:%M:%S')}: {what}", flush=True)


def with_settings(known: Any, settings: Settings) -> dict[str, Any]:
    """Return all params by dotted name, with settings in place."""
    params = graph.leaves(known)
    for setting in settings:
        name, _, value = setting.partition("=")
        if name not in params:
            raise InputError(f"params.yaml has no param {name}: docs/params.md lists them all")
        params[name] = yaml.safe_load(value)
    return params


def waves(
    params: Mapping[str, Mapping[str, Any]], known: Mapping[str, graph.Stage]
) -> Iterator[dict[tuple[str, ...], tuple[str, ...]]]:
    """Yield stages by the experiments that share them, in waves that can each be computed at once.

    Experiments that share a stage share all that it needs, so that fewer and fewer of them share
    the stages of one wave after the other.
    """
    shared: dict[tuple[str, ...], list[str]] = {}
    for stage in known:
        needed = graph.upstream([stage], known)
        sections = {section for name in needed for section in known[name].params}
        alike: dict[str, list[str]] = {}
        for name, values in params.items():
            own = {
                key: value
                for key, value in values.items()
                if any(graph.is_in(key, section) for section in sections)
            }
            alike.setdefault(json.dumps(own), []).append(name)
        for names in alike.values():
            if len(names) > 1:
                shared.setdefault(tuple(names), []).append(stage)
    for size in sorted({len(names) for names in shared}, reverse=True):
        yield {names: tuple(own) for names, own in shared.items() if len(names) == size}


if __name__ == "__main__":
    command_line(main, "sweep")
