"""Answers as a page that shows each picture, its normalised form, its neighbours and its place."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.model import fitted as model
from mnist_clustering.model.answers import Row, named, refused, summary
from mnist_clustering.model.queries import Source
from mnist_clustering.pages import html
from mnist_clustering.pages.opening import cluster_names

TRAIN = Path("data/split/train_images.npy")
MOST = 500
_NEIGHBORS = 5
_MAP = 190  # pixels
_STYLE = """
body { max-width: 66rem; }
article { display: flex; flex-wrap: wrap; gap: .9rem; align-items: center;
  border-top: 1px solid var(--line); padding: 1rem 0; }
article figure { margin: 0; } figcaption { font-size: .8rem; } img { image-rendering: pixelated; }
article h2 { border: 0; font-size: 1.4rem; margin: 0; flex: 1 1 12rem; }
h2 small { display: block; font-size: .8rem; font-weight: 400; }
.map { position: relative; outline: 1px solid var(--line); }
.map i { position: absolute; width: 14px; height: 14px; margin: -9px; border-radius: 50%;
  border: 2px solid #e00; box-shadow: 0 0 0 2px #fff; }
@media (max-width: 40rem) { article h2 { flex-basis: 100%; } }
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
    density = html.address(html.encode(_density(fitted), "PNG"), "image/png")
    title = f"Images on the map of {fitted.dataset}"
    body = [f"<h1>{html.text(title)}</h1>", f"<p>{html.text(summary(rows, fitted))}.</p>"]
    if len(rows) > MOST:
        body.append(f"<p>The first {MOST} of {len(rows):,}.</p>")
    for row, (image, shown) in list(zip(rows, drawn, strict=True))[:MOST]:
        figures = [] if shown is None else [_figure(_img(shown, "the picture", 112), "picture")]
        figures.append(_figure(_img(image, "its normalised form", 112), "normalised"))
        figures += _nearest(row, train) if not row["reason"] else []
        figures += _place(row, fitted) if not row["reason"] else []
        body.append(f"<article>{_heading(row, fitted)}{''.join(figures)}</article>")
    return html.document(title, body, _STYLE + f".map {{ background: url({density}); }}")


def _heading(row: Row, fitted: model.Model) -> str:
    answer, detail = refused(fitted), row["reason"]
    if not row["reason"]:
        name = cluster_names(fitted.names, [0] * len(fitted.names))[row["cluster"]]
        name = name if name.startswith("cluster") else f"cluster “{name}”"
        answer, detail = named(row), f"{name}, distance {row['distance']:.1f}"
    file = f"{row['file']}, image {row['image']}" if row["image"] else row["file"]
    words = "".join(f"<small>{html.text(words)}</small>" for words in (detail, file))
    return f"<h2>{html.text(answer)}{words}</h2>"


def _nearest(row: Row, train: NDArray[np.uint8] | None) -> list[str]:
    if train is None:
        return []
    near = row["neighbors"][:_NEIGHBORS]
    pictures = "".join(_img(train[i], f"training image {i}", 50) for i in near)
    return [_figure(f'<div class="near">{pictures}</div>', "nearest training images")]


def _place(row: Row, fitted: model.Model) -> list[str]:
    low, high = fitted.embedding.min(axis=0), fitted.embedding.max(axis=0)
    left, down = 100 * (np.array([row["x"], row["y"]]) - low) / (high - low)
    at = f"at {row['x']:.2f}, {row['y']:.2f} on the map"
    dot = f'<i style="left:{left:.1f}%;top:{100 - down:.1f}%"></i>'
    size = f"width:{_MAP}px;height:{_MAP}px"
    return [
        _figure(f'<div class="map" role="img" aria-label="{at}" style="{size}">{dot}</div>', at)
    ]


def _figure(content: str, caption: str) -> str:
    return f"<figure>{content}<figcaption>{html.text(caption)}</figcaption></figure>"


def _img(picture: NDArray[np.uint8], alternative: str, height: int) -> str:
    return html.image(picture, alternative, f' style="height:{height}px"')


def _density(fitted: model.Model) -> NDArray[np.uint8]:
    """Draw where training images lie: darker where there are more."""
    x, y = fitted.embedding.T
    counts, _, _ = np.histogram2d(-y, x, bins=_MAP)
    full = max(np.percentile(counts, 99), 1)
    return np.rint(255 - 150 * np.minimum(counts / full, 1)).astype(np.uint8)
