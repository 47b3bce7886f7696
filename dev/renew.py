"""Bring all that follows from code and params up to date, after whatever change.

    python -m dev.renew [STUDY...]

In this order: dvc.lock with metrics and plots, the digests of small runs, the figures, the printed
outputs and the tables of the docs. Studies and benchmarks are renewed only if they are named
(`studies` names all), and only if code or params that they depend on have changed.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

from dev import graph, outputs, provenance, steps, verify, verify_matrix
from dev.graph import ROOT
from dev.tables import __main__ as tables
from dev.workspace import temporary_copy
from mnist_clustering import files
from stages.workspace import dvc
from tests.support import clones

REFERENCES = {
    verify_matrix.REFERENCE: verify_matrix.OVERRIDES,
    "tests/pipeline/digests.json": clones.SMALL,
}
PEERS, DASK = ".venv-peers/.installed", ".venv-dask/.installed"
INSTALLERS = {PEERS: "bench", DASK: "dask"}
# The name by which printed outputs are asked for, and what they show: a few minutes of experiments.
OUTPUTS = "outputs"
SHOWN = ("metrics", "params.yaml", "dev/compare.py", "dev/outputs.py")


class Study(NamedTuple):
    """What takes long and is renewed on demand."""

    words: tuple[str, ...]  # Of its command, after ``python -m``.
    results: str  # The file that it writes, stamped.
    needs: str  # A file without which it cannot run.


# In an order in which later ones find what earlier ones left in the cache.
_STUDIES = (
    *("predict", "placing", "fitting", "audit", "maps", "original", "sets", "seeds", "ablation"),
)
_BENCHMARKS = ("stages", "growth", "explorer", "study", "pairs", "peers")
# Where results are not called like their study, and what it needs beside a finished run.
_RESULTS = {
    "original": "dev/studies/results/original/params.json",
    "seeds": "metrics/seeds.json",
} | {name: f"dev/benchmarks/results/{name}.json" for name in _BENCHMARKS}
_NEEDS = {"placing": DASK, "pairs": PEERS, "peers": PEERS}
STUDIES = {
    name: Study(
        ("dev.benchmarks.run", name) if name in _BENCHMARKS else (f"dev.studies.{name}",),
        _RESULTS.get(name, f"dev/studies/results/{name}.json"),
        _NEEDS.get(name, "dvc.lock"),
    )
    for name in (*_STUDIES, *_BENCHMARKS)
}


def main() -> None:
    """Renew, and say what was done and which files changed."""
    parser = argparse.ArgumentParser(prog="renew", description=__doc__.splitlines()[0])
    about = f"studies (all), {OUTPUTS} (printed in the docs), or {', '.join(STUDIES)}"
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=about)
    named = parser.parse_args().studies
    if unknown := set(named) - {"studies", OUTPUTS, *STUDIES}:
        parser.error(f"there is no study {', '.join(sorted(unknown))}: choose {about}")
    before = _contents()
    try:
        _lock()
        for name, overrides in REFERENCES.items():
            _write_digests(ROOT / name, overrides)
        steps.main()
        if OUTPUTS in named or _outputs_may_differ():
            outputs.main()
        for name in STUDIES if "studies" in named else dict.fromkeys(named):
            if name != OUTPUTS:
                _study(name)
        tables.main()
    except KeyboardInterrupt:
        sys.exit("renew: interrupted; the same command goes on where it stopped")
    except subprocess.CalledProcessError as error:
        sys.exit(f"renew: {' '.join(map(str, error.cmd[1:]))} failed: mend that and renew again")
    after = _contents()
    changed = sorted(path for path in after if before.get(path) != after[path])
    _say(f"written: {', '.join(changed)}" if changed else "all was up to date")
    if old := [name for name, study in STUDIES.items() if _is_stale(study)]:
        _say(f"older than the code: {', '.join(old)}; the docs say so, and make renew ARGS=studies "
             "measures them again")  # fmt: skip


def _lock() -> None:
    """Run what is not up to date, and forget stages that dvc.yaml no longer has."""
    cached = (out for stage in graph.stages().values() for out in stage.cached)
    with Repo(str(ROOT)) as repo:
        if missing := [str(ROOT / out) for out in cached if not (ROOT / out).exists()]:
            repo.checkout(targets=missing, allow_missing=True)
    dvc(ROOT, "repro")
    with modify_yaml(ROOT / "dvc.lock") as lock:
        for name in set(lock["stages"]) - set(graph.stages()):
            del lock["stages"][name]


def _write_digests(path: Path, overrides: Mapping[str, Any]) -> None:
    """Run the pipeline with other params in a temporary copy; write the digests of its outputs.

    What the DVC cache of the workspace has of earlier runs is not computed again.
    """
    found: dict[str, dict[str, str]] = {}
    with temporary_copy(overrides) as folder:
        dvc(folder, "repro")
        for (stage, out), md5 in verify.digests(folder).items():
            found.setdefault(stage, {})[out] = md5
    files.save_json(path, {"params": dict(overrides), "outputs": found})


def _outputs_may_differ() -> bool:
    """Whether what the printed outputs of the docs show has changed since the last commit."""
    compared = ["git", "diff", "--quiet", "HEAD", "--", *SHOWN]
    return subprocess.run(compared, cwd=ROOT, check=False).returncode != 0


def _study(name: str) -> None:
    """Run one study unless its results are those of the present code."""
    study = STUDIES[name]
    if not _is_stale(study):
        _say(f"{name} is up to date")
    elif not (ROOT / study.needs).exists():
        folder, target = Path(study.needs).parent, INSTALLERS[study.needs]
        _say(f"{name} is left out: it needs {folder}, which make {target} installs")
    else:
        _say(f"{name}: {provenance.sentence(ROOT / study.results) or 'not measured yet'}")
        subprocess.run([sys.executable, "-m", *study.words], cwd=ROOT, check=True)


def _is_stale(study: Study) -> bool:
    path = ROOT / study.results
    return not path.is_file() or bool(provenance.stale(path))


def _contents() -> dict[str, str]:
    """Digest every file that git tracks or would track."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True)
    files = (path for path in done.stdout.split("\0") if path and (ROOT / path).is_file())
    return {path: sha256((ROOT / path).read_bytes()).hexdigest() for path in files}


def _say(text: str) -> None:
    print(f"renew: {text}", flush=True)


if __name__ == "__main__":
    main()
