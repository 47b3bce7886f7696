"""The page of a drawing: heading, panels, key to the colours, and the way to a PNG.

Nothing here touches `matplotlib.pyplot` or the user's settings: a PNG is a function of the figure.
"""

import io
import itertools
import textwrap
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import theme

_LINE = 0.185  # inches from one line of a note to the next
_CHARACTERS = 102  # in a line of a note


def render(draw: Callable[[], Figure], dpi: int) -> bytes:
    """Make a figure under the shared look and return it as a PNG.

    Parameters
    ----------
    draw : callable
        Returns the figure.
    dpi : int
        Pixels in an inch; the page is `theme.WIDTH` inches wide.

    Returns
    -------
    bytes
        A PNG of at most 256 colours, without metadata.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(theme.LOOK)
        figure = draw()
        figure.set_dpi(dpi)
        drawn = FigureCanvasAgg(figure)
        drawn.draw()  # type: ignore[no-untyped-call]
    # Points overlap in thousands of shades, which a palette stores in a third of the bytes; an
    # octree keeps greys grey, and white but for a step or two.
    pixels = Image.fromarray(np.asarray(drawn.buffer_rgba()))  # type: ignore[no-untyped-call]
    image = pixels.convert("RGB").quantize(method=Image.Quantize.FASTOCTREE)
    colours, page = image.getpalette() or [], image.getpixel((0, 0))
    image.putpalette([255 if i // 3 == page else level for i, level in enumerate(colours)])
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def page(body: float, title: str, note: str) -> tuple[Figure, float]:
    """Make a figure of the common width with a title and a note below it.

    Parameters
    ----------
    body : float
        Height of what comes below the heading, in inches.
    title : str
    note : str
        A newline starts another line; longer lines are broken.

    Returns
    -------
    figure : Figure
    top : float
        Height of the heading, in inches.
    """
    lines = [
        line
        for text in note.splitlines()
        for line in textwrap.wrap(text, _CHARACTERS, break_on_hyphens=False) or [""]
    ]
    top = 0.45 + _LINE * len(lines) + 0.1
    height = top + body
    figure = Figure(figsize=(theme.WIDTH, height))
    left = theme.MARGIN / theme.WIDTH
    figure.text(left, 1 - 0.1 / height, title, fontsize=theme.TITLE, fontweight="bold", va="top")
    figure.text(
        left,
        1 - 0.45 / height,
        "\n".join(lines),
        fontsize=theme.TEXT,
        va="top",
        linespacing=_LINE * 72 / theme.TEXT / 1.164,
    )
    return figure, top


def without_labels(title: str) -> Figure:
    """Make a page that says why there is nothing to compare clusters with."""
    note = (
        "No test image has a label, so that clusters cannot be compared with any. Labels of some "
        "images, in labels.csv, are enough."
    )
    return page(0.1, title, note)[0]


def panels(
    figure: Figure,
    rows: int,
    columns: int,
    *,
    top: float,
    bottom: float = theme.MARGIN,
    left: float = theme.MARGIN,
    right: float = theme.MARGIN,
    gap: tuple[float, float] = (0.1, 0.1),
    n: int | None = None,
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
    n : int, optional
        Panels, where the last row is not full.
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
        for row, column in list(itertools.product(range(rows), range(columns)))[:n]
    ]


def key_height(names: Sequence[str], *, none: bool = False) -> float:
    """Height that `key` needs, in inches."""
    return 0.2 + 0.22 * -(-(len(names) + none) // _key_columns(names))


def key(figure: Figure, names: Sequence[str], palette: str, *, none: bool = False) -> None:
    """Write the colour of each label along the bottom of the page.

    Parameters
    ----------
    figure : Figure
    names : sequence of str
        Labels in the order of their codes.
    palette : str
        A name of `theme.PALETTES`.
    none : bool
        Whether to add the colour of what has no label.
    """
    spots = [
        Line2D([], [], marker="o", linestyle="", color=labels.colour(code, palette), label=name)
        for code, name in [*enumerate(labels.shortened(names, 16)), (-1, "no label")][
            : len(names) + none
        ]
    ]
    figure.legend(
        handles=spots,
        loc="lower center",
        ncols=_key_columns(names),
        fontsize=theme.TEXT,
        markerscale=2,
        handletextpad=0.1,
        columnspacing=1.5,
        labelspacing=0.35,
        borderaxespad=0.2,
    )


def _key_columns(names: Sequence[str]) -> int:
    """How many entries of a key fit beside one another."""
    across = 0.5 + 0.095 * max((len(name) for name in labels.shortened(names, 16)), default=1)
    return min(max(len(names), 1), int((theme.WIDTH - 2 * theme.MARGIN) / across))
