"""The scripts of dev in folders of their own, and programs that stand in for others."""

import os
import shutil
import subprocess

from dev import graph


def lay_out(folder, name):
    """Copy a script of dev into a new folder."""
    (folder / "dev").mkdir(parents=True)
    shutil.copy(graph.ROOT / "dev" / name, folder / "dev")
    return folder


def run(name, folder, *words, **environment):
    """Run a script in a folder, with nothing of the user's but PATH."""
    settings = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    settings |= {"GIT_CEILING_DIRECTORIES": str(folder.parent)} | environment
    command = [f"dev/{name}", *words]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)


def git(folder, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def shallow(folder, target):
    """Commit what is in a folder, and clone the last of two commits."""
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    for number in "12":
        git(folder, "commit", "--quiet", "--allow-empty", "-m", number)
    git(folder, "clone", "--quiet", "--depth", "1", f"file://{folder}", str(target))
    return target


def program(path, text):
    """Write a program of the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def few(folder, *names):
    """Return a PATH on which there are these commands alone."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)
