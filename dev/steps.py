"""Draw the steps from an image to its features and neighbours, for docs/method.md.

    python -m dev.steps

needs a finished run (``make repro``) and writes ``docs/steps.png``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering import files
from mnist_clustering.features import concavities, deskew, gradients
from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import marks, theme

PICTURE = Path("docs/steps.png")
IMAGES = "data/split/train_images.npy"
# The searches whose neighbours are shown: title, remark, indices.
SEARCHES = (
    ("Neighbours", "in feature space,\nnearest first", "data/neighbors/train_indices.npy"),
    ("", "in which it is\nfound best", "data/distortion/train_forward_indices.npy"),
    ("", "which are found\nin it best", "data/distortion/train_reverse_indices.npy"),
)
# A curly nine, whose loop is almost a bay: the kind that is hard to tell from a three.
ROW = 346
N_TILES = 10
DPI = 250
_ARROWS = "→↘↓↙←↖↑↗"
_OPENINGS = ("closed", "open right", "open left")
_LABELS = 1.52
_TILE, _CAPTION, _GAP = 0.53, 0.17, 0.03


class Step(NamedTuple):
    """One line of the picture: its title, tiles of intensities from 0 to 255, texts above them."""

    title: str
    remark: str
    tiles: list[NDArray[np.uint8]]
    captions: list[str]


def steps(image: NDArray[np.uint8]) -> Iterator[Step]:
    """Describe one image of 28 x 28 pixels, step by step."""
    raw = image[None]
    upright = deskew.deskew(raw)
    yield Step("Deskewing", "removes the slant", [image, upright[0]], ["raw", "deskewed"])
    parts = gradients.decompose(*gradients.gradient(upright))[:, 0]
    yield Step(
        "Gradients", "where ink increases,\nby direction", list(_to_bytes(parts)), list(_ARROWS)
    )
    pooled = gradients.gradient_features(upright).reshape(8, 8, 8)
    yield Step("", "blurred, sampled on\na grid of 8 x 8", list(_to_bytes(pooled)), list(_ARROWS))
    maps = concavities.concavities(upright)[..., 0]
    cells = concavities.concavity_features(upright).reshape(3, 7, 7)
    yield Step(
        "Concavities",
        "enclosed background;\nblurred, on 7 x 7",
        [*maps, *_to_bytes(cells)],
        [*_OPENINGS, *_OPENINGS],
    )


def neighbours(images: NDArray[np.uint8], row: int) -> Iterator[Step]:
    """Show the nearest neighbours of one image, by every search in `SEARCHES`."""
    for title, remark, path in SEARCHES:
        nearest = np.load(path, mmap_mode="r")[row, : N_TILES - 1]
        captions = ["the image", *map(str, range(1, N_TILES))]
        yield Step(title, remark, [images[row], *images[nearest]], captions)


def _to_bytes(maps: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Scale maps together to intensities from 0 to 255."""
    return (maps.astype(np.int64) * 255 // max(int(maps.max()), 1)).astype(np.uint8)


def draw(lines: list[Step], row: int) -> Figure:
    """Draw one line of tiles for each step, with its title on the left."""
    pitch = _TILE + _CAPTION + 0.12
    body = 0.1 + len(lines) * pitch
    note = f"Training image {row}, from its pixels to its nearest neighbours. No step uses labels."
    figure, heading = page.page(body, "One digit, step by step", note)
    wide, high = theme.WIDTH, heading + body
    for number, line in enumerate(lines):
        bottom = body - 0.05 - number * pitch - _CAPTION - _TILE
        x, middle = theme.MARGIN / wide, bottom + _TILE / 2
        figure.text(x, (middle + 0.16) / high, line.title, fontweight="bold")
        figure.text(x, (middle + 0.08) / high, line.remark, fontsize=theme.SMALL, va="top")
        for column, (tile, caption) in enumerate(zip(line.tiles, line.captions, strict=True)):
            left = _LABELS + column * (_TILE + _GAP)
            axes = figure.add_axes((left / wide, bottom / high, _TILE / wide, _TILE / high))
            marks.image(axes, tile, "gray")
            axes.set_title(caption, fontsize=7.5, fontweight="normal", loc="center", pad=2)
    return figure


def main() -> None:
    """Draw the steps of one training image."""
    images = np.load(IMAGES, mmap_mode="r")
    lines = [*steps(np.asarray(images[ROW])), *neighbours(images, ROW)]
    with files.output(PICTURE) as temporary:
        temporary.write_bytes(page.render(lambda: draw(lines, ROW), DPI))


if __name__ == "__main__":
    main()
