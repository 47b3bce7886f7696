"""Time and peak memory of the whole pipeline, each stage, sweep steps and start-up."""

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from dev import graph
from dev.benchmarks import measure
from dev.benchmarks.options import Options
from dev.verify import forget
from dev.workspace import temporary_copy
from stages.workspace import ROOT, set_params

# Params that are edited before, and the command that is measured.
Sweep = tuple[dict[str, Any], list[str]]
SWEEPS: dict[str, Sweep] = {
    "nothing to do": ({}, ["repro"]),
    "recluster.k=11, scores alone": ({}, ["exp", "run", "-S", "recluster.k=11", "evaluate"]),
    "recluster.k=12": ({}, ["exp", "run", "-S", "recluster.k=12"]),
    "recluster.k=13 by dvc repro": ({"recluster.k": 13}, ["repro"]),
    "tsne.exaggeration=2": (
        {"recluster.k": 10},
        ["exp", "run", "-S", "tsne.exaggeration=2"],
    ),
}
QUEUE = "a queue of two"
QUEUED = ("recluster.k=8", "recluster.k=9")
FLOORS = ("numpy", "sklearn", "openTSNE", "kneed", "matplotlib.figure")


def main(options: Options) -> None:
    """In a copy, run everything from an empty cache, then the sweep steps; several times."""
    whole: list[dict[str, float]] = []
    stages: dict[str, list[dict[str, float]]] = defaultdict(list)
    sweeps: dict[str, list[dict[str, float]]] = defaultdict(list)
    ran: dict[str, list[str]] = {}
    for round_ in range(options.rounds):
        measure.say(f"the whole pipeline, round {round_ + 1} of {options.rounds}")
        overrides = options.overrides() | {"download.mirror": str(ROOT / "data" / "raw")}
        with temporary_copy(overrides, empty_cache=True) as folder:
            # Drawings and metrics are in git. If they are present, DVC does not make them again.
            forget(folder)
            measured = Measured(folder)
            measured.dvc(["repro", "download"])
            taken, lines = measured.dvc(["repro"])
            whole.append(taken)
            for name, line in lines.items():
                stages[name].append(line)
            for name, (edits, command) in SWEEPS.items():
                measure.say(f"then {name}")
                set_params(folder / graph.PARAMS, edits)
                taken, lines = measured.dvc(command)
                sweeps[name].append(taken)
                ran[name] = list(lines)
            sweeps[QUEUE].append(measured.queue())
            ran[QUEUE] = []
    results = {
        "n": options.n,
        "whole": measure.median(whole),
        "stages": {name: measure.median(rounds) for name, rounds in stages.items()},
        "sweeps": {
            name: measure.median(rounds) | {"ran": ran[name]} for name, rounds in sweeps.items()
        },
        "start_up": start_up(options.rounds),
    }
    measure.save("stages", results, options.results)


def start_up(rounds: int) -> dict[str, Any]:
    """Measure the time to import each stage, and single libraries as a lower bound."""
    measure.say("start-up of each stage")
    scripts = sorted({stage.script for stage in graph.stages().values()})
    modules = {script: f"stages.{script}" for script in scripts}
    modules |= {f"{name} alone": name for name in FLOORS}
    commands = {name: [sys.executable, "-c", f"import {path}"] for name, path in modules.items()}
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(measure.run(command))
    return {name: measure.median(found) for name, found in taken.items()}


class Measured:
    """A copy of the workspace in which every stage that DVC runs is recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder.parent / "stages.jsonl"
        self.shims = folder.parent / "shims"
        self.shims.mkdir()
        shim = self.shims / "python"
        shim.write_text(
            "#!/bin/sh\n"
            f"python='{sys.executable}'\n"
            f'exec "$python" -S -E \'{measure.RECORD}\' \'{self.log}\' "$python" "$@"\n'
        )
        shim.chmod(shim.stat().st_mode | stat.S_IXUSR)

    def dvc(self, arguments: list[str]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """Run a DVC command; return its cost and, by name, that of each stage."""
        self.log.unlink(missing_ok=True)
        # The recording shim comes first on PATH, then the interpreter's own environment.
        path = f"{self.shims}{os.pathsep}{measure.environment()['PATH']}"
        command = [sys.executable, "-m", "dvc", *arguments]
        taken = measure.run(command, self.folder, {"PATH": path})
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        names = {stage.command: name for name, stage in graph.stages(self.folder).items()}
        ran = [json.loads(line) for line in lines]
        return taken, {names[" ".join(["python", *line.pop("command")])]: line for line in ran}

    def queue(self) -> dict[str, float]:
        """Queue two experiments; return the seconds from the start of the worker to their end."""
        for setting in QUEUED:
            self.dvc(["exp", "run", "--queue", "-S", setting])
        started = time.monotonic()
        self.dvc(["queue", "start"])
        command = [sys.executable, "-m", "dvc", "queue", "status"]
        while re.search(rb"Queued|Running", self._said(command)):
            time.sleep(0.2)
        return {"seconds": round(time.monotonic() - started, 2), "cpu_seconds": 0, "peak_mib": 0}

    def _said(self, command: list[str]) -> bytes:
        return subprocess.run(
            command, cwd=self.folder, env=measure.environment(), capture_output=True, check=True
        ).stdout
