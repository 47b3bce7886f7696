"""Give pictures and all test images to the explorer's pad and to predict.py; compare every bit.

The tests do so with few on a small run; this takes a quarter of an hour on MNIST, and needs a
finished run and Chromium.
"""

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from dev.workspace import command_line
from mnist_clustering import progress, resources
from mnist_clustering.images.decode import decode
from mnist_clustering.model import fitted as model
from stages.workspace import ROOT
from tests.support import pad
from tests.support.browser import MISSING, Browser, found

PAGE = ROOT / "site/index.html"
IMAGES = ROOT / "data/split/test_images.npy"
BLOCK = 50
PLACE = "Array.from({{length: {n}}}, (_, i) => placer.place(pixelsOf(data.n_train + {start} + i)))"


def main() -> int:
    """Compare, and return 1 if anything differs."""
    options = _parser().parse_args()
    program = found()
    if program is None:
        sys.exit(f"pad: {MISSING}")
    images, fitted = np.load(IMAGES), pad.load(ROOT)
    with Browser(program) as browser:
        browser.open(PAGE, "document.documentElement.dataset.ready === 'all'")
        browser.run(pad.READY)
        drawn = itertools.chain(
            pad.pictures(images, options.pictures), pad.odd(images, options.pictures)
        )
        different = [
            *_files(browser, options.files, fitted),
            *_pictures(browser, drawn, fitted),
            *_images(browser, images[: options.images], fitted),
        ]
    print("\n".join(different[:20] or ["pad: not one bit differs"]))
    return bool(different)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pad", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="pictures to compare as well")
    parser.add_argument("--images", type=int, help="test images (default: all)")
    parser.add_argument(
        "--pictures", type=int, default=20, help="drawn under each condition (default: %(default)s)"
    )
    return parser


def _files(browser: Browser, files: Sequence[str], fitted: model.Model) -> list[str]:
    """Compare what is read, and what is made of what the browser read."""
    different = []
    for file in files:
        data = Path(file).read_bytes()
        grey, wanted = pad.read(browser, data), decode(data).grey
        if grey.shape != wanted.shape:
            different.append(f"{file}: of {grey.shape}, not {wanted.shape}")
        elif apart := np.abs(grey.astype(int) - wanted).max():
            print(f"pad: {file} is decoded otherwise by the browser, by up to {apart} of 255")
            if data.startswith(b"\x89PNG"):
                different.append(f"{file}: other shades")
        own = pad.differences(pad.judged(browser, [grey]), [grey], fitted)
        different += [f"{file}: {text}" for text in own]
    print(f"pad: {len(files)} files compared, {len(different)} differ")
    return different


def _pictures(browser: Browser, greys: Iterable[pad.Grey], fitted: model.Model) -> list[str]:
    """Compare pictures that are drawn for it, from their grey levels on."""
    different, total = [], 0
    for number, block in enumerate(progress.bar(_blocks(greys), description="pictures")):
        own = pad.differences(pad.judged(browser, block), block, fitted)
        different += [f"block {number}: {text}" for text in own]
        total += len(block)
    print(f"pad: {total} pictures compared, {len(different)} differ")
    return different


def _blocks(greys: Iterable[pad.Grey]) -> Iterable[list[pad.Grey]]:
    """Take as many at once as the browser is sent."""
    rest = iter(greys)
    return iter(lambda: list(itertools.islice(rest, BLOCK)), [])


def _images(browser: Browser, images: pad.Grey, fitted: model.Model) -> list[str]:
    """Compare where images in MNIST's form are placed, and whether they are refused."""
    placed = model.apply(fitted, images, resources.threads())
    different = []
    with progress.bar(total=len(images), description="images") as bar:
        for start in range(0, len(images), BLOCK):
            n = min(BLOCK, len(images) - start)
            for row, got in enumerate(browser.run(PLACE.format(n=n, start=start)), start):
                if not pad.equal(got, placed, row) or got["reason"] != placed.reasons[row]:
                    different.append(f"test image {row}: place or reason")
            bar.update(n)
    print(f"pad: {len(images)} images compared, {len(different)} differ")
    return different


if __name__ == "__main__":
    command_line(main, "pad")
