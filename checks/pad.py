"""Place all test images by the explorer's pad and by predict.py, and compare every bit.

The tests do so on a small run; this takes some minutes on MNIST, and needs a finished run and
Chromium: ``python -m checks.pad``.
"""

import sys
from typing import Any

import numpy as np

import predict
from checks.workspace import ROOT, command_line
from stages import common
from stages.methods.prediction import model
from tests.support.browser import MISSING, Browser, found

PAGE = ROOT / "explorer/index.html"
IMAGES = ROOT / "data/split/test_images.npy"
BLOCK = 200
READY = "readyPlacer().then(() => true)"
PLACE = "Array.from({{length: {n}}}, (_, i) => placer.place(pixelsOf(data.n_train + {start} + i)))"


def main() -> int:
    """Compare, and return 1 if an image differs."""
    program = found()
    if program is None:
        sys.exit(f"pad: {MISSING}")
    images = np.load(IMAGES)
    placed = model.apply(predict.load_model(predict.MODEL), images, common.threads())
    different = []
    with Browser(program) as browser:
        browser.open(PAGE, "document.documentElement.dataset.ready === 'all'")
        browser.run(READY)
        with common.progress(total=len(images), description="pad") as bar:
            for start in range(0, len(images), BLOCK):
                n = min(BLOCK, len(images) - start)
                rows = browser.run(PLACE.format(n=n, start=start))
                different += [
                    start + i for i, row in enumerate(rows) if not equal(row, placed, start + i)
                ]
                bar.update(n)
    print(f"pad: {len(images)} images, {len(different)} placed otherwise: {different[:20]}")
    return bool(different)


def equal(got: dict[str, Any], placed: model.Placed, row: int) -> bool:
    """Whether the pad says of an image what predict.py does."""
    return (
        np.float32(got["position"]).tolist() == placed.positions[row].tolist()
        and got["cluster"] == placed.clusters[row]
        and got["neighbors"] == placed.neighbors[row].tolist()
        and got["distances"] == placed.distances[row].tolist()
        and got["reason"] == placed.reasons[row]
    )


if __name__ == "__main__":
    command_line(main, "pad", __doc__)
