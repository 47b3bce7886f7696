"""Run the whole pipeline on 2,000 + 500 images, in a temporary copy of the workspace."""

import time

from checks.workspace import dvc, repro, temporary_copy

OVERRIDES = {"split.train_size": 2000, "split.test_size": 500}


def main() -> None:
    """Reproduce every stage in a temporary copy and show its metrics."""
    started = time.monotonic()
    with temporary_copy(OVERRIDES) as folder:
        repro(folder)
        dvc(folder, "metrics", "diff", "--all")
    print(f"smoke: every stage ran in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
