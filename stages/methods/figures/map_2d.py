"""The 2-D map, coloured by digit and by cluster."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.methods.figures import style

# How much larger the images are drawn that lie in the cluster of another digit.
_LARGER = 2.0


def draw(
    positions: NDArray[np.float32],
    clusters: Mapping[str, NDArray[np.float64]],
    *,
    palette: str,
    point_size: float,
    alpha: float,
) -> Figure:
    """Draw the training images on the map, once by digit and once by cluster.

    Parameters
    ----------
    positions : ndarray of float32, shape (n, 2)
    clusters : mapping
        Columns "digit", "tsne_2d_cluster" and "tsne_2d_digit" (NaN for none), a row an image.
    palette : str
        A name of `style.PALETTES`.
    point_size : float
        Diameter of one of 60,000 points, in points (1/72 inch); fewer are larger.
    alpha : float
        Opacity of a point.
    """
    digits, given = style.whole(clusters["digit"]), style.whole(clusters["tsne_2d_digit"])
    numbers = style.whole(clusters["tsne_2d_cluster"])
    agree = float((digits == given).mean())
    note = (
        f"{len(positions):,} training images, of which {agree:.1%} lie in the cluster of their "
        "digit; on the left those in the cluster\nof another digit are larger."
    )
    if (given < 0).any():
        note += " Grey on the right: clusters without a digit."
    figure = style.page(5.55, "The 2-D t-SNE map", note)
    panels = style.panels(figure, 1, 2, top=1.1, gap=(0.15, 0))
    panels[0].set_title("By true digit")
    panels[1].set_title("By cluster, in the colour of its digit")
    order, diameter = style.mixed_order(len(positions)), style.diameter(point_size, len(positions))
    for axes, shown in zip(panels, (digits, given), strict=True):
        colours = style.colours(shown[order], palette)
        style.scatter(axes, positions[order], colours, diameter, alpha)
        _fit(axes, positions)
    astray = order[((digits != given) & (given >= 0))[order]]
    colours = style.colours(digits[astray], palette)
    style.scatter(panels[0], positions[astray], colours, _LARGER * diameter, 1.0)
    for cluster in np.unique(numbers):
        members = numbers == cluster
        spot = np.median(positions[members], axis=0)
        digit = int(given[members][0])
        style.name_spot(panels[1], spot, "–" if digit < 0 else str(digit))
    for digit in np.unique(digits):
        members = digits == digit
        # The digit's name goes where most of its images are, not between two of its islands.
        home = np.bincount(numbers[members]).argmax()
        spot = np.median(positions[members & (numbers == home)], axis=0)
        style.name_spot(panels[0], spot, str(digit))
    return figure


def _fit(axes: Axes, positions: NDArray[np.float32]) -> None:
    """Show all points on a square, to one scale."""
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    middle, reach = (low + high) / 2, 0.52 * max(float((high - low).max()), 1e-6)
    axes.set_xlim(middle[0] - reach, middle[0] + reach)
    axes.set_ylim(middle[1] - reach, middle[1] + reach)
    axes.set_aspect("equal")
    style.frame(axes)
