"""What is drawn on panels: images, points, names."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import theme

_LAYERS = 16


def image(axes: Axes, intensities: NDArray[Any], colour_map: str) -> None:
    """Show an image of intensities from 0 to 255 in a thin frame."""
    axes.imshow(intensities, cmap=colour_map, vmin=0, vmax=255)
    frame(axes)


def strip(axes: Axes, images: NDArray[Any], colour_map: str) -> None:
    """Show images of one size side by side, from the left, in a frame with thin lines between.

    Parameters
    ----------
    axes : Axes
    images : ndarray, shape (n, height, width)
        Intensities from 0 to 255.
    colour_map : str
        A name of matplotlib's.
    """
    image(axes, np.hstack(list(images)), colour_map)
    axes.set_anchor("W")
    width = images.shape[2]
    for border in range(width, width * len(images), width):
        axes.axvline(border - 0.5, color=theme.LINE, linewidth=0.7)


def as_seen(
    images: NDArray[Any], thumbnails: NDArray[Any] | None, indices: NDArray[Any] | None
) -> NDArray[Any]:
    """Choose what to show of images: as they look, where that is kept.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        In form.
    thumbnails : ndarray of uint8, shape (m, side, side, 3), optional
        Of the whole dataset, maybe none.
    indices : ndarray of integers, shape (n,), optional
        Of the images within the dataset.
    """
    if thumbnails is None or indices is None or not len(thumbnails):
        return images
    return thumbnails[indices]


def scatter(
    axes: Axes,
    positions: NDArray[np.floating],
    codes: NDArray[np.integer],
    palette: str,
    size: float,
    alpha: float,
    *,
    fade: float = 0.0,
) -> None:
    """Draw points in the colours of their labels, the first at the bottom.

    Parameters
    ----------
    axes : Axes
    positions : ndarray, shape (n, 2)
    codes : ndarray of integers, shape (n,)
        Of labels, -1 for none.
    palette : str
        A name of `theme.PALETTES`.
    size : float
        Diameter in points (1/72 inch).
    alpha : float
        Opacity of the last point.
    fade : float
        How much of it the first point lacks, from 0 to 1.

    Notes
    -----
    Agg draws points of one colour ten times as fast as points of many. So they are drawn in
    `_LAYERS` layers, each colour by colour; only within a layer does one label cover another.
    """
    layers = np.array_split(np.arange(len(positions)), _LAYERS)
    for i, layer in enumerate(layers):
        opacity = alpha * (1 - fade * (1 - i / (_LAYERS - 1)))
        for code in np.unique(codes[layer]).tolist():
            x, y = positions[layer[codes[layer] == code]].T
            axes.plot(
                x,
                y,
                "o",
                color=labels.colour(code, palette),
                alpha=opacity,
                markersize=size,
                markeredgewidth=0,
                scalex=False,
                scaley=False,
            )


def frame(axes: Axes) -> None:
    """Take away ticks and grid and leave a thin frame."""
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set(visible=True, color=theme.LINE, linewidth=0.8)


def diameter(point_size: float, n: int) -> float:
    """Diameter at which ``n`` points cover as much paper as 60,000 of ``point_size`` do."""
    return point_size * min(max(60_000 / n, 1.0) ** 0.5, 6.0)


def mixed_order(n: int) -> NDArray[np.int64]:
    """Return a fixed random order to draw points in, so that no class covers another."""
    return np.random.default_rng(0).permutation(n)


def name_spot(axes: Axes, spot: Sequence[float], name: str, size: float = 11) -> None:
    """Write a name over points, legible on any colour and any page.

    Parameters
    ----------
    axes : Axes
    spot : (float, float)
    name : str
    size : float
        Of the type, in points.
    """
    text = axes.text(
        spot[0],
        spot[1],
        name,
        fontsize=size,
        fontweight="bold",
        color=theme.NAME,
        ha="center",
        va="center_baseline",
        zorder=5,
    )
    text.set_path_effects([withStroke(linewidth=size / 4, foreground=theme.HALO)])
