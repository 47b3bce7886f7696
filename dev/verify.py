"""Recompute everything from an empty cache and compare every digest with dvc.lock.

If digests differ, report the first stage and file that do, by how much, whether the scores agree,
and the relevant facts about the machine. The exit status is 0 if all bytes are equal or, on a
machine for which docs/reproducibility.md promises no equal bytes, if the scores agree.
"""

import argparse
import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dev import differences, graph, machine
from dev.graph import LOCK
from dev.workspace import cache_folder, command_line, temporary_copy
from stages.workspace import ROOT, repro

RAW = "data/raw"
SCORES = "metrics/evaluate.json"
# Maximum difference between scores of maps that differ in their last digits.
TOLERANCE = 0.005
# By stage and path.
Digests = dict[tuple[str, str], str]


def main() -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the run in a new folder")
    keep: Path | None = parser.parse_args().keep
    if keep is not None and keep.exists():
        parser.error(f"{keep} exists: name a folder that does not")
    return verify(ROOT, keep)


def verify(root: Path, keep: Path | None = None) -> int:
    """Run every stage of a workspace in a temporary copy, report, and return the exit status."""
    started = time.monotonic()
    expected = digests(root)
    with contextlib.ExitStack() as stack:
        mirror = stack.enter_context(raw_files(root, expected))
        overrides = {} if mirror is None else {"download.mirror": str(mirror)}
        folder = stack.enter_context(temporary_copy(overrides, root=root, empty_cache=True))
        forget(folder)
        repro(folder)
        code = report(root, folder, expected, time.monotonic() - started)
        if keep is not None:
            shutil.move(folder, keep)
            print(f"verify: the run is kept in {keep}")
    return code


def digests(root: Path) -> Digests:
    """Read the digest of every output of dvc.lock; of a folder that of every file.

    Those of the stage ``code`` are left out, for they say nothing about results.
    """
    stages = graph.load_yaml(LOCK, root)["stages"]
    cache = cache_folder(root)
    return {
        (name, path): md5
        for name, stage in stages.items()
        if name != graph.CODE
        for out in stage.get("outs", [])
        for path, md5 in _members(out["path"], out["md5"], root, cache)
    }


def committed(path: Path) -> Digests:
    """Read the digests of a small run that every machine is to arrive at."""
    outputs = json.loads(path.read_text(encoding="utf-8"))["outputs"]
    return {(stage, out): md5 for stage, outs in outputs.items() for out, md5 in outs.items()}


def _members(path: str, md5: str, root: Path, cache: Path) -> Iterator[tuple[str, str]]:
    """Yield the files of a folder, as DVC keeps them in its cache, or else from the folder."""
    listed = cache / "files" / "md5" / md5[:2] / md5[2:]
    if md5.endswith(".dir") and listed.is_file():
        for entry in json.loads(listed.read_text(encoding="utf-8")):
            yield f"{path}/{entry['relpath']}", entry["md5"]
    elif md5.endswith(".dir") and (root / path).is_dir():
        for file in graph.contents(path, root):
            yield file, differences.digest(root / file)
    else:
        yield path, md5


@contextlib.contextmanager
def raw_files(root: Path, expected: Digests) -> Iterator[Path | None]:
    """Yield a folder with the files downloaded earlier, or None if one is missing.

    With it no network is needed. `stages.download` verifies the files like those of any source.
    """
    raw = {path: md5 for (_, path), md5 in expected.items() if path.startswith(f"{RAW}/")}
    sources = {Path(path).name: reference(root, path, md5) for path, md5 in raw.items()}
    if not sources or None in sources.values():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-raw-") as name:
        for file, source in sources.items():
            shutil.copyfile(str(source), Path(name) / file)
        yield Path(name)


def forget(folder: Path) -> None:
    """Remove the lock and all outputs of a copy, so that every stage must run."""
    for stage in graph.stages(folder).values():
        for path in stage.outs:
            if (folder / path).is_dir():
                shutil.rmtree(folder / path)
            (folder / path).unlink(missing_ok=True)
    (folder / LOCK).unlink(missing_ok=True)


def reference(root: Path, path: str, md5: str) -> Path | None:
    """Find the file with a digest, in the workspace or in its DVC cache."""
    cached = cache_folder(root) / "files" / "md5" / md5[:2] / md5[2:]
    there = (file for file in (root / path, cached) if file.is_file())
    return next((file for file in there if differences.digest(file) == md5), None)


def report(root: Path, folder: Path, expected: Digests, seconds: float) -> int:
    """Compare a run with the workspace's lock, print the result, return the exit status."""
    different = in_order(folder, expected, digests(folder))
    if not different:
        stages = len({stage for stage, _ in expected})
        print(f"verify: all {len(expected)} files of {stages} stages have the bytes of {LOCK} "
              f"({seconds:.0f} s)")  # fmt: skip
        return 0
    stage, path = different[0]
    print(f"verify: {len(different)} of {len(expected)} files differ from {LOCK}")
    print(f"first difference: {path} of stage {stage}")
    for line in how_far(root, folder, path, expected.get((stage, path))):
        print(f"  {line}")
    print("machine:")
    for name, value in machine.facts().items():
        print(f"  {name}: {value}")
    return verdict(scores_apart(root, folder, expected), promised=machine.promised())


def in_order(folder: Path, expected: Digests, found: Digests) -> list[tuple[str, str]]:
    """List the outputs that differ, are missing or are new, in the order of the stages."""
    order = list(graph.stages(folder))
    keys = {key for key in expected | found if expected.get(key) != found.get(key)}
    return sorted(keys, key=lambda key: (order.index(key[0]) if key[0] in order else -1, key[1]))


def how_far(root: Path, folder: Path, path: str, md5: str | None) -> list[str]:
    """Describe how two versions of a file differ."""
    if md5 is None:
        return ["it is not in the lock"]
    if not (folder / path).is_file():
        return ["it was not made"]
    if (ours := reference(root, path, md5)) is None:
        return [
            "the reference is missing, so they cannot be compared: dvc pull or make repro first"
        ]
    return differences.describe(ours, folder / path, Path(path).suffix)


def scores_apart(root: Path, folder: Path, expected: Digests) -> float | None:
    """Return the largest difference between scores; None if they cannot be compared."""
    md5 = next((digest for (_, path), digest in expected.items() if path == SCORES), "")
    ours = reference(root, SCORES, md5)
    if ours is None or not (folder / SCORES).is_file():
        return None
    a, b = (differences.read(path, ".json") for path in (ours, folder / SCORES))
    if a.keys() != b.keys():
        return None
    numbers = [name for name in a if a[name].dtype.kind in "if" and b[name].dtype.kind in "if"]
    return max(float(abs(a[name] - b[name]).max()) for name in numbers)


def verdict(apart: float | None, *, promised: bool) -> int:
    """Print the last line and return the exit status."""
    agree = apart is not None and apart <= TOLERANCE
    scores = "the scores cannot be compared"
    if apart is not None:
        scores = f"scores {'agree' if agree else 'DISAGREE'} (within {apart:.4f})"
    if promised:
        print(f"verify: FAILED, {scores}; equal bytes are promised on this machine: a defect")
    elif agree:
        print(f"verify: differs in the last digits, {scores}; "
              "no bytes are promised on this machine")  # fmt: skip
    else:
        print(f"verify: FAILED, {scores}")
    return int(promised or not agree)


if __name__ == "__main__":
    command_line(main, "verify")
