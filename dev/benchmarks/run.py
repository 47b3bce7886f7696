"""Run the benchmarks, or only the parts named.

    python -m dev.benchmarks.run [PART...] [--n N] [--rounds R] [--largest N]

Each part writes its own file of ``dev/benchmarks/results`` when it is done. The part `study` takes
long and is measured only if it is named.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from dev.benchmarks import explorer, growth, measure, pairs, peers, pipeline, study
from dev.benchmarks.options import Options
from mnist_clustering import files
from mnist_clustering.errors import InputError

PARTS = {
    "stages": pipeline.main,
    "pairs": pairs.main,
    "peers": peers.main,
    "growth": growth.main,
    "explorer": explorer.main,
    "study": study.main,
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
        _note_minutes(options.results / f"{name}.json", (time.monotonic() - begun) / 60)


def _note_minutes(path: Path, minutes: float) -> None:
    """Add to the results of a part how long they took to measure."""
    results = json.loads(path.read_text(encoding="utf-8"))
    files.save_json(path, results | {"minutes": round(minutes, 1)})


if __name__ == "__main__":
    try:
        main()
    except (InputError, OSError) as error:
        sys.exit(f"benchmarks: {error}")
