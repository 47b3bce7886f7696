"""Run the whole pipeline on 2,000 + 500 images, in a temporary copy of the workspace."""

import time

import yaml

from dev.workspace import command_line, temporary_copy
from stages.workspace import ROOT, dvc, repro

OVERRIDES = {"split.train_size": 2000, "split.test_size": 500}
# A dataset that has no 2,500 images, and how many of it are taken.
SMALL = {"digits": {"split.train_size": 1400, "split.test_size": 350}}


def main() -> None:
    """Reproduce every stage in a temporary copy and show its metrics."""
    started = time.monotonic()
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    overrides = SMALL.get(params["download"]["dataset"], OVERRIDES)
    with temporary_copy(overrides) as folder:
        repro(folder)
        dvc(folder, "metrics", "show", "metrics/scores.json")
    print(f"smoke: every stage ran in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    command_line(main, "smoke", __doc__)
