"""Answers as a page that shows each picture, its normalised form, its neighbours and its place."""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_clustering.model import fitted as model
from mnist_clustering.model.answers import Row, named, refused, summary
from mnist_clustering.model.queries import Source

TRAIN = Path("data/split/train_images.npy")
MOST = 500
_NEIGHBORS = 5
_MAP = 260  # pixels
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
article { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: center;
  border-top: 1px solid #8884; padding: 1rem 0; }
figure { margin: 0; } figcaption { font-size: .8rem; opacity: .7; }
img { image-rendering: pixelated; display: block; background: #8882; }
h2 { font-size: 1.4rem; margin: 0; width: 12rem; overflow-wrap: anywhere; }
h2 small { display: block; font-size: .8rem; font-weight: 400; }
.near { display: flex; gap: 2px; }
.map { position: relative; }
.map i { position: absolute; width: 14px; height: 14px; margin: -9px; border-radius: 50%;
  border: 2px solid #e00; box-shadow: 0 0 0 2px #fff; }
"""


def training_images(path: Path, fitted: model.Model) -> NDArray[np.uint8] | None:
    """Load the images that a model was fitted to, where the pipeline or `make cluster` left them.

    Parameters
    ----------
    path : Path
        Of the model.
    fitted : Model

    Returns
    -------
    ndarray of uint8, shape (n, 28, 28), or None
        None if there are none beside it, or those of another run.
    """
    for root in (path.resolve().parents[1], path.parent / "pipeline"):
        if (root / TRAIN).is_file():
            images: NDArray[np.uint8] = np.load(root / TRAIN, mmap_mode="r")
            if len(images) == len(fitted.features):
                return images
    return None


def page(
    rows: Sequence[Row],
    sources: Sequence[Source],
    fitted: model.Model,
    train: NDArray[np.uint8] | None,
) -> str:
    """Lay out a page that needs no other file.

    Parameters
    ----------
    rows : sequence of dict
        As from `answers.predict`; the first 500 are shown.
    sources : sequence of Source
        Where the rows come from.
    fitted : Model
    train : ndarray of uint8, shape (n, 28, 28), or None
        The training images, for pictures of the nearest.

    Returns
    -------
    str
        HTML.
    """
    drawn = [(image, source.shown) for source in sources for image in source.images]
    answers = [refused(fitted) if row["reason"] else named(row) for row in rows]
    low, high = fitted.embedding.min(axis=0), fitted.embedding.max(axis=0)
    articles = [
        _article(
            row, answer, image, shown, train, (np.array([row["x"], row["y"]]) - low) / (high - low)
        )
        for row, answer, (image, shown) in list(zip(rows, answers, drawn, strict=True))[:MOST]
    ]
    more = f"<p>The first {MOST} of {len(rows):,}.</p>" if len(rows) > MOST else ""
    style = _STYLE + f".map {{ background: url({_data(_density(fitted))}); }}"
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>Images on the map of {html.escape(fitted.dataset)}</title>\n"
        f"<style>{style}</style>\n<h1>Images on the map</h1>\n"
        f"<p>{html.escape(summary(rows, fitted))}.</p>{more}\n"
        + "\n".join(articles)
        + "\n</html>\n"
    )


def _article(
    row: Row,
    answer: str,
    image: NDArray[np.uint8],
    shown: NDArray[np.uint8] | None,
    train: NDArray[np.uint8] | None,
    place: NDArray,
) -> str:
    detail = row["reason"] or f"cluster {row['cluster']}, distance {row['distance']:.1f}"
    file = f"{row['file']}, image {row['image']}" if row["image"] else row["file"]
    figures = [] if shown is None else [_figure(_img(shown, "the picture"), "picture")]
    figures.append(_figure(_img(image, "its normalised form", 112), "normalised"))
    if train is not None:
        near = row["neighbors"][:_NEIGHBORS]
        pictures = "".join(_img(train[i], f"training image {i}", 56) for i in near)
        figures.append(_figure(f'<div class="near">{pictures}</div>', "nearest training images"))
    left, top = 100 * place[0], 100 * (1 - place[1])
    dot = f'<i style="left:{left:.1f}%;top:{top:.1f}%"></i>'
    at = f"at {row['x']:.2f}, {row['y']:.2f} on the map"
    size = f"width:{_MAP}px;height:{_MAP}px"
    figures.append(
        _figure(f'<div class="map" role="img" aria-label="{at}" style="{size}">{dot}</div>', at)
    )
    heading = f"<h2>{html.escape(answer)}<small>{html.escape(detail)}</small>"
    return f"<article>{heading}<small>{html.escape(file)}</small></h2>{''.join(figures)}</article>"


def _figure(content: str, caption: str) -> str:
    return f"<figure>{content}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _img(grey: NDArray[np.uint8], alt: str, height: int = 150) -> str:
    return f'<img src="{_data(grey)}" alt="{html.escape(alt)}" height="{height}">'


def _data(picture: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _density(fitted: model.Model) -> NDArray[np.uint8]:
    """Draw where training images lie: darker where there are more."""
    x, y = fitted.embedding.T
    counts, _, _ = np.histogram2d(-y, x, bins=_MAP)
    full = max(np.percentile(counts, 99), 1)
    return np.rint(255 - 150 * np.minimum(counts / full, 1)).astype(np.uint8)
