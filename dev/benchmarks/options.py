"""Options of a benchmark run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.benchmarks.measure import RESULTS
from stages.workspace import ROOT

TRAIN = 60_000


@dataclass(frozen=True)
class Options:
    """Sizes and places of one run.

    Attributes
    ----------
    n : int
        Training images; fewer than all are for trying the benchmark out.
    rounds : int
        How often what takes less than five minutes is measured.
    largest : int
        The largest number of images of the growth.
    peers : Path
        The interpreter that has umap-learn.
    results : Path
        Folder of the results.
    """

    n: int = TRAIN
    rounds: int = 3
    largest: int = 240_000
    peers: Path = ROOT / ".venv-peers" / "bin" / "python"
    results: Path = RESULTS

    def overrides(self) -> dict[str, Any]:
        """Params with which the pipeline runs on that number of images."""
        if self.n >= TRAIN:
            return {}
        return {"split.train_size": self.n, "split.test_size": max(100, self.n // 6)}
