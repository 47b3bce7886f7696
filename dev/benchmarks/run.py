"""Run the benchmarks, or only the parts named.

    python -m dev.benchmarks.run [PART...] [--n N] [--rounds R] [--largest N]

Each part writes its own file of ``dev/benchmarks/results`` when it is done. The part `study` takes
long and is measured only if it is named.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dev.benchmarks import explorer, measure, peers, pipeline
from dev.benchmarks.measure import Options
from dev.workspace import command_line
from mnist_clustering import files

PARTS: dict[str, Callable[[Options], None]] = {
    "stages": pipeline.stages,
    "pairs": peers.pairs,
    "peers": partial(peers.routes, "peers"),
    "growth": pipeline.growth,
    "explorer": explorer.main,
    "study": partial(peers.routes, "study"),
}
ASKED_FOR = ("study",)


def main() -> None:
    """Read the command line and run the parts in order."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--n", type=int, default=Options.n, help="training images (for trying out)")
    parser.add_argument("--rounds", type=int, default=Options.rounds, help="of what is short")
    parser.add_argument("--largest", type=int, default=Options.largest, help="images of growth")
    parser.add_argument("--peers", type=Path, default=Options.peers, help="python with umap-learn")
    parser.add_argument("--results", type=Path, default=Options.results, help="folder")
    given = vars(parser.parse_args())
    chosen = given.pop("parts") or [part for part in PARTS if part not in ASKED_FOR]
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no part is named {', '.join(sorted(unknown))}: choose from {list(PARTS)}")
    options = Options(**given)
    for name in chosen:
        measure.say(f"part {name}")
        begun = time.monotonic()
        PARTS[name](options)
        # How long it took to measure stands with what was measured.
        path, minutes = options.results / f"{name}.json", (time.monotonic() - begun) / 60
        results = json.loads(path.read_text(encoding="utf-8"))
        files.save_json(path, results | {"minutes": round(minutes, 1)})


if __name__ == "__main__":
    command_line(main, "benchmarks")
