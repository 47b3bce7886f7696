"""Place new images onto the fitted map: cluster, digit and position, or "not a digit"."""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from mnist_clustering.model import command
from mnist_clustering.model.answers import NOT_A_DIGIT, load_model, predict
from mnist_clustering.model.output import COLUMNS
from mnist_clustering.model.queries import Source, read

__all__ = ["COLUMNS", "MODEL", "NOT_A_DIGIT", "Source", "load_model", "main", "predict", "read"]
HERE = Path(__file__).resolve().parent
MODEL = HERE / "models/model.npz"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line with the model of this folder; return its exit status."""
    return command.main(words, MODEL)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit("predict: interrupted")
