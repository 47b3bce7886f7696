"""The explorer's pad in a browser and predict.py, asked the same, and all in which they differ."""

import base64
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import predict
from dev.studies import sheets, sweeps
from mnist_clustering.images import handwriting
from mnist_clustering.model import fitted as model
from tests.support.browser import Browser

Grey = NDArray[np.uint8]
READY = "readyPlacer().then(() => true)"
_PLAIN = """({ values: bytesOf(one.values), high: one.high, wide: one.wide })"""
_SIMPLE = """
(found) => ({ ...found, image: Array.from(found.image), bounds: Object.values(found.bounds) })
"""


def judged(browser: Browser, greys: Iterable[Grey]) -> list[dict[str, Any]]:
    """Give grey levels to the pad: forms, reasons, places, clusters and labels."""
    sent = [
        {"values": _base64(grey.tobytes()), "high": grey.shape[0], "wide": grey.shape[1]}
        for grey in greys
    ]
    script = f"{json.dumps(sent)}.map((one) => judged({_PLAIN}, placer)).map({_SIMPLE})"
    found: list[dict[str, Any]] = browser.run(script)
    return found


def read(browser: Browser, data: bytes) -> Grey:
    """Give a file to the pad: its grey levels."""
    found = browser.run(
        f"readPicture(new File([bytesOf('{_base64(data)}')], 'a'))"
        ".then((p) => ({ ...p, values: Array.from(p.values) }))"
    )
    return np.uint8(found["values"]).reshape(found["high"], found["wide"])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def differences(
    found: Sequence[dict[str, Any]], greys: Sequence[Grey], fitted: model.Model
) -> list[str]:
    """Name for each picture what the pad says otherwise than predict.py."""
    drawings = [handwriting.normalise(grey) for grey in greys]
    placed = model.apply(
        fitted, np.stack([d.image for d in drawings]), drawn=np.ones(len(greys), dtype=bool)
    )
    texts = []
    for row, (got, drawing) in enumerate(zip(found, drawings, strict=True)):
        reason = drawing.flaw or placed.reasons[row]
        name = fitted.names[placed.clusters[row]]
        wanted = {
            "image": drawing.image.ravel().tolist(),
            "bounds": list(drawing.bounds),
            "reason": reason,
            "label": None if reason or name is None else str(name),
        }
        other = [key for key, value in wanted.items() if got[key] != value]
        other += [] if equal(got, placed, row) else ["place"]
        texts += [f"picture {row}: {', '.join(other)}"] if other else []
    return texts


def equal(got: dict[str, Any], placed: model.Placed, row: int) -> bool:
    """Whether the pad puts an image where predict.py does, next to the same images."""
    return (
        np.float32(got["position"]).tolist() == placed.positions[row].tolist()
        and got["cluster"] == placed.clusters[row]
        and got["neighbors"] == placed.neighbors[row].tolist()
        and got["distances"] == placed.distances[row].tolist()
    )


def pictures(images: Grey, n: int, every: int = 1, seed: int = 0) -> Iterator[Grey]:
    """Draw n digits under every so many conditions, and 3 n sheets of each kind that shows none."""
    for number, draw in enumerate([*sweeps.CONDITIONS.values()][::every]):
        rng = np.random.default_rng([seed, number])
        yield from (draw(rng, images[i]) for i in rng.choice(len(images), n))
    for number, draw_all in enumerate(sweeps.NO_DIGITS.values()):
        rng = np.random.default_rng([seed, 100 + number])
        yield from itertools.islice(draw_all(rng), 3 * n)


def odd(images: Grey, n: int, seed: int = 0) -> Iterator[Grey]:
    """Make blank sheets, noise, bars, marks, several digits, plots, shadows, and MNIST's form."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        high, wide = rng.integers(1, (3, 12, 40, 150)[number % 4], 2)
        yield np.full((high, wide), 255 * (number % 2), dtype=np.uint8)
        yield rng.integers(0, 256, (high, wide)).astype(np.uint8)
        yield np.where(rng.random((high, wide)) < 0.1, 255, 0).astype(np.uint8)
        bar = np.full((high, wide), 60, dtype=np.uint8)
        yield np.pad(bar, ((high, high // 2), (2, wide)), constant_values=200)
        several = [sweeps.enlarge(image, 60, 20) for image in images[rng.choice(len(images), 4)]]
        page = np.vstack([np.hstack(several[:2]), np.hstack(several[2:])])
        yield page
        yield np.pad(255 - page, 40, constant_values=(240, 90)[number % 2])
        yield from (several[0], images[number], 255 - images[number])
        yield rng.integers(0, 256, (28, 28)).astype(np.uint8)
        light = sheets.vignette(rng, rng.uniform(0.3, 0.7), 200)
        light *= sheets.shadow(rng, rng.uniform(0.2, 0.6), rng.uniform(0, 0.8), 200)
        yield sheets.photograph(rng, np.zeros((200, 200)), light=light)
        mark = np.full((120, 90), 230, dtype=np.uint8)
        gap = 3 + 3 * (number % 3)
        mark[20:80, 40:50] = mark[80 + gap : 90 + gap, 40:50] = 40
        yield mark
        across = np.full((90, 90), 230, dtype=np.uint8)
        across[15:25] = across[40:50] = across[65:75] = across[20 + number : 70, 40:50] = 40
        yield across


def load(folder: Any) -> model.Model:
    """Load the model of a finished run."""
    return predict.load_model(folder / "models/model.npz")
