"""What all drawings share: fonts, colours, the page, and the way to a PNG.

Nothing here touches `matplotlib.pyplot` or the user's settings: a PNG is a function of the figure.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.typing import RcKeyType
from numpy.typing import NDArray
from PIL import Image

WIDTH = 9.0
INK = "#1f2328"
GREY = "#6a737d"
FAINT = "#d0d4d9"
NO_DIGIT = "#b4b8bd"
N_DIGITS = 10

# One colour a digit, the colours of neighbouring digits (4 and 9, 3 and 5, ...) the farthest apart.
# "contrast" was chosen for the largest smallest difference under normal vision, protanopia,
# deuteranopia and tritanopia; "petroff" is the 10-colour sequence of Petroff (2021).
PALETTES = {
    "contrast": [
        "#4e79a7",
        "#832db6",
        "#bd1f01",
        "#66ccee",
        "#009e73",
        "#332288",
        "#bcbd22",
        "#ff9da7",
        "#e76300",
        "#661100",
    ],
    "petroff": [
        "#3f90da",
        "#ffa90e",
        "#bd1f01",
        "#94a4a2",
        "#832db6",
        "#a96b59",
        "#e76300",
        "#b9ac70",
        "#717581",
        "#92dadd",
    ],
}
GROUND = "#f1f3f5"
ACCENTS = ("#4e79a7", "#e76300", "#009e73")

_LOOK: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e8eaed",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "image.interpolation": "nearest",
}


def render(draw: Callable[[], Figure], dpi: int) -> bytes:
    """Make a figure under the shared look and return it as a PNG.

    Parameters
    ----------
    draw : callable
        Returns the figure.
    dpi : int
        Pixels in an inch; the page is 9 inches wide.

    Returns
    -------
    bytes
        A PNG of at most 256 colours, without metadata.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_LOOK)
        drawn = io.BytesIO()
        draw().savefig(drawn, format="png", dpi=dpi, pil_kwargs={"compress_level": 0})
    # Points overlap in thousands of shades, which a palette stores in a third of the bytes.
    image = Image.open(drawn).convert("RGB").quantize(dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def page(height: float, title: str, note: str) -> Figure:
    """Make a figure of the common width with a title and a note below it.

    Parameters
    ----------
    height : float
        In inches.
    title, note : str
    """
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    left = 0.15 / WIDTH
    figure.text(left, 1 - 0.13 / height, title, fontsize=13, fontweight="bold", va="top")
    figure.text(left, 1 - 0.42 / height, note, fontsize=9, color=GREY, va="top", linespacing=1.35)
    return figure


def panels(
    figure: Figure,
    rows: int,
    columns: int,
    *,
    top: float,
    bottom: float = 0.1,
    left: float = 0.15,
    right: float = 0.15,
    gap: tuple[float, float] = (0.1, 0.1),
) -> list[Axes]:
    """Divide the page into equal panels, row by row.

    Parameters
    ----------
    figure : Figure
    rows, columns : int
    top, bottom, left, right : float
        Margins in inches.
    gap : (float, float)
        Inches between columns and between rows.
    """
    width, height = figure.get_size_inches()
    across = (width - left - right - gap[0] * (columns - 1)) / columns
    down = (height - top - bottom - gap[1] * (rows - 1)) / rows
    return [
        figure.add_axes(
            (
                (left + column * (across + gap[0])) / width,
                1 - (top + row * (down + gap[1]) + down) / height,
                across / width,
                down / height,
            )
        )
        for row in range(rows)
        for column in range(columns)
    ]


def gallery(n: int, columns: int, title: str, note: str) -> tuple[Figure, list[Axes], float]:
    """Make a page of square tiles, each with room for a caption above it.

    Returns
    -------
    figure : Figure
    tiles : list of Axes, length n
    scale : float
        Size of a tile relative to one of five in a row.
    """
    inner = WIDTH - 0.3
    rows = max(-(-n // columns), 1)
    side = inner / columns
    scale = 5 / columns
    caption = 0.3 * scale
    figure = page(0.95 + rows * (side + caption), title, note)
    gap = 0.14 * scale
    axes = panels(figure, rows, columns, top=0.9 + caption, bottom=0.1, gap=(gap, gap + caption))
    for empty in axes[n:]:
        empty.remove()
    return figure, axes[:n], scale


def image(axes: Axes, intensities: NDArray[Any], colour_map: str) -> None:
    """Show an image of intensities from 0 to 255 in a thin frame."""
    axes.imshow(intensities, cmap=colour_map, vmin=0, vmax=255)
    frame(axes)


def strip(axes: Axes, images: NDArray[Any], colour_map: str) -> None:
    """Show images of one size side by side, from the left, in a frame with thin lines between.

    Parameters
    ----------
    axes : Axes
    images : ndarray, shape (n, side, side)
        Intensities from 0 to 255.
    colour_map : str
    """
    image(axes, np.hstack(list(images)), colour_map)
    axes.set_anchor("W")
    side = images.shape[2]
    for border in range(side, side * len(images), side):
        axes.axvline(border - 0.5, color=FAINT, linewidth=0.8)


def scatter(
    axes: Axes,
    positions: NDArray[np.floating],
    colours: NDArray[np.float64] | str,
    size: float,
    alpha: float,
) -> None:
    """Draw points, the first at the bottom.

    Parameters
    ----------
    axes : Axes
    positions : ndarray, shape (n, 2)
    colours : ndarray of float64, shape (n, 3), or str
    size : float
        Diameter in points (1/72 inch).
    alpha : float
        Opacity.
    """
    axes.scatter(positions[:, 0], positions[:, 1], s=size**2, c=colours, alpha=alpha, linewidths=0)


def frame(axes: Axes) -> None:
    """Take away ticks and grid and leave a thin frame."""
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set(visible=True, color=FAINT, linewidth=0.8)


def whole(column: NDArray[np.floating]) -> NDArray[np.int64]:
    """Turn a column of digits or clusters into integers, -1 where there is none."""
    return np.where(np.isnan(column), -1, column).astype(np.int64)


def colours(digits: NDArray[np.integer], palette: str) -> NDArray[np.float64]:
    """Colour of each image by its digit, grey for -1: shape (n, 3)."""
    table = np.array([to_rgb(colour) for colour in (*PALETTES[palette], NO_DIGIT)])
    return table[digits]


def diameter(point_size: float, n: int) -> float:
    """Diameter at which ``n`` points cover as much paper as 60,000 of ``point_size`` do."""
    return point_size * min(max(60_000 / n, 1.0) ** 0.5, 6.0)


def mixed_order(n: int) -> NDArray[np.int64]:
    """Return a fixed random order to draw points in, so that no class covers another."""
    return np.random.default_rng(0).permutation(n)


def name_spot(axes: Axes, spot: Sequence[float], name: str) -> None:
    """Write a name on a cluster, legible on any colour."""
    text = axes.text(
        spot[0],
        spot[1],
        name,
        fontsize=12,
        fontweight="bold",
        ha="center",
        va="center_baseline",
        zorder=5,
    )
    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
