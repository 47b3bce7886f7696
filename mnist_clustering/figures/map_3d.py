"""The 3-D map from several sides, coloured by label."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import captions as labels
from mnist_clustering.figures import marks, theme

_NOTE = (
    "{:,} training images, coloured by {}, above their shadow; what is far is fainter. As "
    "on the 2-D map, distances between islands mean little."
)
_FIRST_AZIMUTH = 30
_EYE = 6.0
_DECIMALS = 6
_SHADOW = 0.15
# Of a map that fell together to a line or a point, in half sides.
_LEAST_REACH = 0.2
# A name needs this much of the picture, in half sides of the map.
_ROOM = 0.13
_UNIT_CORNERS = np.array(
    [[x, y, z] for z in (0.0, 1.0) for x, y in ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))]
)


def draw(
    positions: NDArray[np.float32],
    clusters: Mapping[str, NDArray[Any]],
    *,
    palette: str,
    views: int,
    elevation: int,
    point_size: float,
    alpha: float,
    fade: float,
) -> Figure:
    """Draw the training images on the map, seen from all around.

    Parameters
    ----------
    positions : ndarray of float32, shape (n, 3)
    clusters : mapping
        Columns "label" (labels, as `labels.encode` takes them) and "clusters_3d" (numbers,
        which colour the images if none has a label), a row an image.
    palette : str
        A name of `theme.PALETTES`.
    views : int
        Sides to look from, evenly spaced but for less than a degree.
    elevation : int
        Of the eye above the horizon, in degrees.
    point_size : float
        Diameter of one of 60,000 points, in points (1/72 inch); fewer are larger.
    alpha : float
        Opacity of a point.
    fade : float
        How much the farthest points fade into the page, from 0 to 1.
    """
    names, codes, labelled = labels.scheme(
        clusters["label"], clusters["clusters_3d"].astype(np.int64)
    )
    cube, diameter = _to_cube(positions), marks.diameter(point_size, len(positions))
    spots = [np.median(cube[codes == code], axis=0) for code in range(len(names))]
    azimuths = [_FIRST_AZIMUTH + 360 * view // views for view in range(views)]
    turns = [_rotation(azimuth, elevation) for azimuth in azimuths]
    outlines = [_project(_corners(cube), turn)[0] for turn in turns]
    none = bool((codes < 0).any())
    note = _NOTE.format(len(positions), "true label" if labelled else "cluster")
    figure, panels = _page(note, outlines, page.key_height(names, none=none))
    for axes, azimuth, turn in zip(panels, azimuths, turns, strict=True):
        axes.set_title(f"From {azimuth % 360}°")
        _draw_floor(axes, cube, turn, diameter)
        seen, depth = _project(cube, turn)
        order = np.argsort(depth, kind="stable")
        marks.scatter(axes, seen[order], codes[order], palette, diameter, alpha, fade=fade)
        _write_names(axes, names, spots, turn)
    page.key(figure, names, palette, none=none)
    return figure


def _page(
    note: str, outlines: Sequence[NDArray[np.float64]], below: float
) -> tuple[Figure, list[Axes]]:
    """Make a page with a panel for each outline, all to one scale and no larger than they need."""
    n, columns = len(outlines), math.ceil(math.sqrt(len(outlines)))
    rows = math.ceil(n / columns)
    corners = 1.03 * np.concatenate(outlines)
    reach = max(float(np.abs(corners[:, 0]).max()), _LEAST_REACH)
    low, high = corners[:, 1].min(), corners[:, 1].max()
    gap = (0.15, 0.36)
    across = (theme.WIDTH - 2 * theme.MARGIN - gap[0] * (columns - 1)) / columns
    body = rows * (across * float(high - low) / (2 * reach) + gap[1]) + below
    figure, top = page.page(body, "The 3-D t-SNE map from all sides", note)
    panels = page.panels(figure, rows, columns, top=top + gap[1], bottom=below, gap=gap, n=n)
    for axes in panels:
        axes.set(xlim=(-reach, reach), ylim=(low, high))
        marks.frame(axes)
    return figure, panels


def _to_cube(positions: NDArray[np.float32]) -> NDArray[np.float64]:
    """Fit the map into the cube from -1 to 1, keeping its proportions."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    reach = max(float((high - low).max()) / 2, 1e-6)
    return (positions.astype(np.float64) - (low + high) / 2) / reach


def _rotation(azimuth: int, elevation: int) -> NDArray[np.float64]:
    """Axes of the viewer (right, up, towards the eye) as rows, rounded alike on every machine.

    Sines and cosines differ by some 2e-16 from one C library to the next; for whole degrees none
    comes within 1e-12 of a rounding boundary.
    """
    a, e = math.radians(azimuth), math.radians(elevation)
    turn = np.array(
        [
            [-math.sin(a), math.cos(a), 0],
            [-math.cos(a) * math.sin(e), -math.sin(a) * math.sin(e), math.cos(e)],
            [math.cos(a) * math.cos(e), math.sin(a) * math.cos(e), math.sin(e)],
        ]
    )
    return turn.round(_DECIMALS)


def _project(
    points: NDArray[np.float64], turn: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place points on the picture, in perspective, and tell their depth (nearer is higher)."""
    # Written out: a matrix product may differ in the last bit from one machine to the next.
    x, y, z = points.T
    right, up, depth = (row[0] * x + row[1] * y + row[2] * z for row in turn)
    nearness = _EYE / (_EYE - depth)
    return np.column_stack([right * nearness, up * nearness]), depth


def _corners(cube: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of the box around the points, the four of its floor first: shape (8, 3)."""
    low, high = cube.min(axis=0), cube.max(axis=0)
    return low + (high - low) * _UNIT_CORNERS


def _draw_floor(
    axes: Axes, cube: NDArray[np.float64], turn: NDArray[np.float64], diameter: float
) -> None:
    """Draw the floor with the shadow of the points, which shows where in depth they hang."""
    floor, _ = _project(_corners(cube)[:4], turn)
    axes.fill(floor[:, 0], floor[:, 1], color=theme.GROUND, linewidth=0, zorder=0)
    fallen = cube.copy()
    fallen[:, 2] = cube[:, 2].min()
    look: dict[str, Any] = {"alpha": _SHADOW, "markersize": diameter, "markeredgewidth": 0}
    axes.plot(*_project(fallen, turn)[0].T, "o", color=theme.NO_LABEL, **look)


def _write_names(
    axes: Axes,
    names: Sequence[str],
    spots: Sequence[NDArray[np.float64]],
    turn: NDArray[np.float64],
) -> None:
    """Write the labels, the nearest first, and leave out one that would cover another."""
    seen, depth = _project(np.array(spots).reshape(-1, 3), turn)
    written: list[int] = []
    for i in np.argsort(-depth, kind="stable").tolist():
        if all(np.abs(seen[i] - seen[j]).max() > _ROOM for j in written):
            marks.name_spot(axes, seen[i], labels.shortened([names[i]], 10)[0])
            written.append(i)
