"""Give pictures and all test images to the explorer's pad and to predict.py; compare every bit.

    python -m dev.pad_equality [FILE...] [--images N] [--pictures N]

The tests do so with few on a small run; this takes a quarter of an hour on MNIST, and needs a
finished run and Chromium.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np

from dev.workspace import command_line
from mnist_clustering import progress, resources
from mnist_clustering.errors import InputError
from mnist_clustering.images.decode import decode
from mnist_clustering.model import fitted as model
from stages.workspace import ROOT
from tests.support import pad
from tests.support.browser import MISSING, Browser, found

BLOCK = 50
PLACE = "Array.from({{length: {n}}}, (_, i) => placer.place(pixelsOf(data.n_train + {start} + i)))"


def main() -> int:
    """Compare, and return 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="pad", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help="pictures to compare as well")
    add("--images", type=int, help="test images (default: all)")
    add("--pictures", type=int, default=20, help="of each condition (default: %(default)s)")
    options = parser.parse_args()
    if (program := found()) is None:
        raise InputError(MISSING)
    images, fitted = np.load(ROOT / "data/split/test_images.npy"), pad.load(ROOT)
    with Browser(program) as browser:
        browser.open(ROOT / "site/index.html", "document.documentElement.dataset.ready === 'all'")
        browser.run(pad.READY)
        drawn = [pad.pictures(images, options.pictures), pad.odd(images, options.pictures)]
        read = (_read(browser, file) for file in options.files)
        different = []
        every = itertools.chain(read, *drawn)
        while greys := list(itertools.islice(every, BLOCK)):
            different += pad.differences(pad.judged(browser, greys), greys, fitted)
        different += _places(browser, images[: options.images], fitted)
    print("\n".join(different[:20] or ["pad: not one bit differs"]))
    return bool(different)


def _read(browser: Browser, file: str) -> pad.Grey:
    """Let the browser read a file, and say where it sees other shades than we."""
    data = Path(file).read_bytes()
    grey, ours = pad.read(browser, data), decode(data).grey
    if grey.shape != ours.shape or (grey != ours).any():
        print(f"pad: {file} is decoded otherwise by the browser")
    return grey


def _places(browser: Browser, images: pad.Grey, fitted: model.Model) -> list[str]:
    """Compare where images in MNIST's form are placed, and whether they are refused."""
    placed = model.apply(fitted, images, resources.threads())
    return [
        f"test image {row}: place or reason"
        for start in progress.bar(range(0, len(images), BLOCK), description="images")
        for row, got in enumerate(
            browser.run(PLACE.format(n=min(BLOCK, len(images) - start), start=start)), start
        )
        if not pad.equal(got, placed, row) or got["reason"] != placed.reasons[row]
    ]


if __name__ == "__main__":
    command_line(main, "pad")
