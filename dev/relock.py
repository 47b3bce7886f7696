"""Lock stages again, without running them, whose code changed in comments or paths alone.

DVC compares files by MD5, so that a comment makes a stage outdated. `relocked` finds the code that
the lock was made with, in git, and compares what it means (`dev.fingerprint`).
"""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import yaml
from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml

from dev import graph
from dev.fingerprint import Fingerprints
from dev.imports import ROOT
from dev.provenance import reader

LOCK = "dvc.lock"
# Copies of the code that stages were locked with, by MD5: an edit need not be committed first.
KEPT = Path(".dvc/tmp/code")


def relocked(root: Path = ROOT) -> list[str]:
    """Lock the stages again that would compute what they did, and return their names.

    A stage is one if its outputs, data, params and library versions are those of the lock, and its
    code has the same digest as that of the lock.
    """
    file = root / LOCK
    if not file.is_file():
        return []
    lock = yaml.safe_load(file.read_text(encoding="utf-8"))["stages"]
    now, stages = Fingerprints(reader(root)), graph.stages(root)
    with Repo(str(root)) as repo:
        found = [
            name
            for name, changes in repo.status().items()
            if name in lock
            and _only_code(changes, stages[name])
            and same_program(lock[name], stages[name], now, root)
        ]
        for name in found:
            repo.commit(name, force=True)
    return found


def _only_code(changes: list[Any], stage: graph.Stage) -> bool:
    """Whether all that DVC finds changed of a stage is modules that it runs, or a path in cmd."""
    for change in changes:
        if change == "changed command":
            continue
        if not isinstance(change, dict) or set(change) != {"changed deps"}:
            return False
        if not set(change["changed deps"]) <= stage.code:
            return False
    return True


def same_program(locked: Any, stage: graph.Stage, now: Fingerprints, root: Path) -> bool:
    """Whether the code that a stage was locked with means the same as the code that there is."""
    before = {entry["path"]: entry["md5"] for entry in locked["deps"]}
    if {path for path in before if not path.endswith(".py")} != stage.data:
        return False
    texts = {path: source(path, md5, root) for path, md5 in before.items() if path.endswith(".py")}
    if None in texts.values():
        return False
    then = Fingerprints(texts.get)
    words = locked["cmd"].split()
    if words[:2] != stage.command.split()[:2] or words[3:] != stage.arguments:
        return False
    old, new = (f"{name.replace('.', '/')}.py" for name in (words[2], stage.command.split()[2]))
    if old not in texts:
        return False
    return then.of([old]) == now.of([new]) and then.of(texts) == now.of(stage.code)


def source(path: str, md5: str, root: Path) -> str | None:
    """Find the text of a file by its MD5: in the workspace, among what was kept, or in git."""
    for candidate in (root / path, root / KEPT / md5):
        if candidate.is_file() and hashlib.md5(candidate.read_bytes()).hexdigest() == md5:
            return candidate.read_text(encoding="utf-8")
    log = ["log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", path]
    blobs = [line.split()[3] for line in _git(root, *log).decode().splitlines()]
    for blob in dict.fromkeys(blob for blob in blobs if blob.strip("0")):
        content = _git(root, "cat-file", "blob", blob)
        if hashlib.md5(content).hexdigest() == md5:
            return content.decode()
    return None


def forget(root: Path = ROOT) -> None:
    """Remove from the lock the stages that dvc.yaml no longer has; DVC leaves them there."""
    locked = yaml.safe_load((root / LOCK).read_text(encoding="utf-8"))["stages"]
    if gone := set(locked) - set(graph.stages(root)):
        with modify_yaml(root / LOCK) as lock:
            for name in gone:
                del lock["stages"][name]


def keep(root: Path = ROOT) -> None:
    """Keep copies of the code that the stages are locked with."""
    folder = root / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    for path in {path for stage in graph.stages(root).values() for path in stage.code}:
        content = (root / path).read_bytes()
        (folder / hashlib.md5(content).hexdigest()).write_bytes(content)


def _git(root: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True)
    return done.stdout
