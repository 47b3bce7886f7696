"""Bring all that follows from code and params up to date, after whatever change.

    python -m dev.renew [STUDY...]

In this order: dvc.lock with metrics and plots, the digests of small runs, the figures, the printed
outputs and the tables of the docs. Studies and benchmarks are renewed only if they are named
(`studies` names all), and only if code or params that they depend on have changed.
"""

import argparse
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

from dev import graph, outputs, provenance, reference, steps, verify_matrix
from dev.graph import ROOT
from dev.tables import __main__ as tables
from stages.workspace import dvc
from tests.support import clones

REFERENCES = {
    "dev/digits.json": verify_matrix.OVERRIDES,
    "tests/pipeline/digests.json": clones.SMALL,
}
PEERS, DASK = ".venv-peers/.installed", ".venv-dask/.installed"
INSTALLERS = {PEERS: "bench", DASK: "dask"}
# The name by which printed outputs are asked for, and what they show: a few minutes of experiments.
OUTPUTS = "outputs"
SHOWN = ("metrics", "params.yaml", "dev/compare.py", "dev/outputs.py")


class Study(NamedTuple):
    """What takes long and is renewed on demand.

    Attributes
    ----------
    results : str
        The file that it writes, stamped.
    words : tuple of str
        Of its command, after ``python -m``.
    needs : str
        A file without which it cannot run.
    """

    results: str
    words: tuple[str, ...]
    needs: str = "dvc.lock"


def _study_of(name: str, needs: str = "dvc.lock", results: str = "") -> Study:
    return Study(results or f"dev/studies/results/{name}.json", (f"dev.studies.{name}",), needs)


def _benchmark(part: str, needs: str = "dvc.lock") -> Study:
    return Study(f"dev/benchmarks/results/{part}.json", ("dev.benchmarks.run", part), needs)


# In an order in which later ones find what earlier ones left in the cache.
STUDIES = {
    "predict": _study_of("predict"),
    "placing": _study_of("placing", DASK),
    "fitting": _study_of("fitting"),
    "audit": _study_of("audit"),
    "maps": _study_of("maps"),
    "original": _study_of("original", results="dev/studies/results/original/params.json"),
    "sets": _study_of("sets"),
    "seeds": _study_of("seeds", results="metrics/seeds.json"),
    "ablation": _study_of("ablation"),
    **{part: _benchmark(part) for part in ("stages", "growth", "explorer", "study")},
    **{part: _benchmark(part, PEERS) for part in ("pairs", "peers")},
}


def main() -> None:
    """Renew, and say what was done and which files changed."""
    parser = argparse.ArgumentParser(prog="renew", description=__doc__.splitlines()[0])
    parser.add_argument(
        "studies",
        nargs="*",
        metavar="STUDY",
        help=f"studies (all), {OUTPUTS} (printed in the docs), or {', '.join(STUDIES)}",
    )
    named = parser.parse_args().studies
    if unknown := set(named) - {"studies", OUTPUTS, *STUDIES}:
        parser.error(f"there is no study {', '.join(sorted(unknown))}: choose studies (all of "
                     f"them) or some of {', '.join([OUTPUTS, *STUDIES])}")  # fmt: skip
    before = _contents()
    try:
        _lock()
        for name, overrides in REFERENCES.items():
            reference.make(ROOT / name, overrides)
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
