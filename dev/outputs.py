"""Fill the printed outputs of the docs by running their commands, in order, on all of MNIST.

    python -m dev.outputs

needs a finished run, whose cache it shares. ``<!-- output: COMMAND -->`` stands before each block.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from dev.workspace import command_line, temporary_copy
from stages.workspace import ROOT, environment

# What the README's blocks do before anything is shown.
EXPERIMENTS = (
    "git branch -M main",
    "dvc repro",
    "dvc exp run -n twelve -S kmeans.k=12 -S recluster.k=12",
    "git checkout .",
    "dvc checkout",
    "dvc exp run --queue -S recluster.k=range(8,13) -S tsne.perplexity=auto,30",
    "dvc exp run --run-all",
)
MODULES = {"dvc": "dvc", "make compare": "dev.compare"}
BLOCK = re.compile(r"<!-- output: (.+?) -->\n```text\n.*?```", re.DOTALL)


def main() -> None:
    """Run the experiments in a temporary copy, and fill all blocks from there."""
    with temporary_copy({}) as folder:
        for command in EXPERIMENTS:
            print(f"outputs: {command}", flush=True)
            run(folder, command)
        for document in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]):
            text = document.read_text(encoding="utf-8")
            filled = BLOCK.sub(lambda found: block(folder, found[1]), text)
            if filled != text:
                document.write_text(filled, encoding="utf-8")
                print(f"outputs: {document.relative_to(ROOT)} written")


def block(folder: Path, command: str) -> str:
    """Lay the output of a command out as the docs show it."""
    lines = [line.rstrip() for line in run(folder, command).splitlines()]
    text = "\n".join(lines).strip("\n")
    return f"<!-- output: {command} -->\n```text\n{text}\n```"


def run(folder: Path, command: str) -> str:
    """Run a command of the docs in a folder, and return what it prints."""
    words = shlex.split(command)
    for start, module in MODULES.items():
        if f"{command} ".startswith(f"{start} "):
            words = [sys.executable, "-m", module, *shlex.split(command.removeprefix(start))]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    settings = {"PATH": path, "COLUMNS": "100", "DVC_NO_ANALYTICS": "1", "PAGER": "cat"}
    # A file, for the queue's worker keeps a pipe open.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        subprocess.run(
            words,
            cwd=folder,
            env=environment() | settings,
            stdin=subprocess.DEVNULL,
            stdout=said,
            check=True,
        )
        said.seek(0)
        return said.read()


if __name__ == "__main__":
    command_line(main, "outputs", __doc__)
