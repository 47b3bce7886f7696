"""Tell which connected parts of the ink make up a drawing, and which lie around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

# Longest part of a drawing at the least, as a share of the picture's longer side; of one that
# counts at all; and how many count before a picture is taken for clutter.
_LEAST_DRAWING = 0.05
_LEAST_PART, _MOST_PARTS = 0.01, 100
# A speck has less ink than this share of the largest part's.
_SPECK = 0.04
# What encloses another part: the least size of that one, and its distance from all sides.
_ENCLOSED, _CLEARANCE = 0.3, 0.04
# A line under a drawing: its height at the most, by its width; its width at the least, by the
# drawing's.
_FLAT, _WIDE = 0.25, 0.6
# A full stop or a comma after a drawing: its longer side at the most, by that of the tallest part.
_STOP = 0.3
# Gaps within a drawing at the most, as shares of the longest part: to the side, likewise of a part
# that is smaller than a share, and below.
_BESIDE, _SMALLER, _BESIDE_SMALLER, _BELOW = 0.06, 0.6, 0.2, 0.25
# A dot: its longer side at the most, by that of the longest part; its distance from all others.
_DOT, _AWAY = 2 / 5, 1 / 12
# A picture in the picture, or a card: its area at the least, as a share of the picture, of its own
# frame, and along its rim; its shorter side by the longer.
_BLOCK, _FILLED, _RIM, _OBLONG = 0.1, 0.5, 0.75, 0.5


@dataclass(frozen=True)
class Part:
    """Connected ink: its number in the labelled picture, its bounds, its pixels."""

    number: int
    top: int
    bottom: int
    left: int
    right: int
    area: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def side(self) -> int:
        """The longer of both."""
        return max(self.height, self.width)


def separate(inked: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Find the drawings of a picture, and leave out what is none.

    Parameters
    ----------
    inked : ndarray of bool, shape (height, width)

    Returns
    -------
    list of ndarray of bool, shape (height, width)
        The ink of each drawing, in reading order. Left out are specks, what reaches in from the
        edge of the picture, frames and circles around a drawing, a line under it, and a full stop
        after it. Empty where there are more parts than drawings have.
    """
    labelled, found = _label(inked)
    found = [part for part in found if part.side > _LEAST_PART * max(inked.shape)]
    if len(found) > _MOST_PARTS:
        return []
    least = _LEAST_DRAWING * max(inked.shape)
    for leave_out in (_within_the_edge, _not_around, _not_under, _not_after):
        kept = leave_out(found, inked.shape)
        if any(part.side >= least for part in kept):
            found = kept
    largest = max((part.area for part in found), default=0)
    found = [part for part in found if part.area >= _SPECK * largest]
    return [
        np.isin(labelled, [part.number for part in drawing]) for drawing in _in_order(_group(found))
    ]


def longest(ink: NDArray[np.bool_]) -> int:
    """Measure the longer side of the longest part."""
    return max(part.side for part in _label(ink)[1])


def dotted(ink: NDArray[np.bool_]) -> bool:
    """Whether a small part of a drawing lies apart, as the dot of an i, of ! or of ?.

    Strokes of a digit, such as those of a five, touch or nearly do, or are longer than a dot.
    """
    found = _label(ink)[1]
    most = max(part.side for part in found)
    return any(
        part.side <= _DOT * most
        and min(max(_gaps(part, other)) for other in found if other is not part) > _AWAY * most
        for part in found
    )


def block(shaded: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Find a picture within the picture, or a card: a large block that is full along its rim.

    Parameters
    ----------
    shaded : ndarray of bool, shape (height, width)

    Returns
    -------
    tuple of int, or None
        Top, bottom, left and right, somewhat inside of it.
    """
    labelled, found = _label(shaded)
    largest = max(found, key=lambda part: part.area, default=None)
    if (
        largest is None
        or not _within_the_edge([largest], shaded.shape)
        or largest.area < max(_FILLED * largest.height * largest.width, _BLOCK * shaded.size)
        or min(largest.height, largest.width) < _OBLONG * largest.side
    ):
        return None
    own = labelled[largest.top : largest.bottom, largest.left : largest.right] == largest.number
    bounds = []
    for axis, start in ((1, largest.top), (0, largest.left)):
        full = np.flatnonzero(own.sum(axis=axis) >= _RIM * own.shape[axis])
        if not len(full) or full[-1] - full[0] < _RIM * own.shape[1 - axis]:
            return None
        inside = 1 + (full[-1] - full[0]) // 50
        bounds += [start + int(full[0] + inside), start + int(full[-1] + 1 - inside)]
    return bounds[0], bounds[1], bounds[2], bounds[3]


def _label(inked: NDArray[np.bool_]) -> tuple[NDArray[np.int32], list[Part]]:
    labelled, _ = ndimage.label(inked, structure=np.ones((3, 3)))
    areas = np.bincount(labelled.ravel())
    return labelled, [
        Part(number, rows.start, rows.stop, columns.start, columns.stop, int(areas[number]))
        for number, (rows, columns) in enumerate(ndimage.find_objects(labelled), start=1)
    ]


def _within_the_edge(parts: list[Part], shape: tuple[int, ...]) -> list[Part]:
    height, width = shape
    return [
        part
        for part in parts
        if part.top > 1 and part.left > 1 and part.bottom < height - 1 and part.right < width - 1
    ]


def _not_around(parts: list[Part], _: tuple[int, ...]) -> list[Part]:
    return [part for part in parts if not any(_encloses(part, other) for other in parts)]


def _encloses(outer: Part, inner: Part) -> bool:
    away = _CLEARANCE * outer.side
    return inner.side >= _ENCLOSED * outer.side and (
        inner.top - outer.top > away
        and outer.bottom - inner.bottom > away
        and inner.left - outer.left > away
        and outer.right - inner.right > away
    )


def _not_under(parts: list[Part], _: tuple[int, ...]) -> list[Part]:
    tall = max((part.height for part in parts), default=0)
    drawn = [part for part in parts if 2 * part.height >= tall]
    foot = max((part.bottom for part in drawn), default=0)
    width = max((part.right for part in drawn), default=0) - min(
        (part.left for part in drawn), default=0
    )
    return [
        part
        for part in parts
        if part in drawn
        or part.top < foot
        or part.height > _FLAT * part.width
        or part.width < _WIDE * width
    ]


def _not_after(parts: list[Part], _: tuple[int, ...]) -> list[Part]:
    tallest = max(parts, key=lambda part: part.height, default=None)
    return [
        part
        for part in parts
        if tallest is None
        or part.side > _STOP * tallest.height
        or part.left < tallest.right
        or 2 * part.top < tallest.top + tallest.bottom
    ]


def _group(parts: list[Part]) -> list[list[Part]]:
    """Put parts together that are close, as strokes of one drawing are."""
    largest = max((part.side for part in parts), default=0)
    groups: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: -part.side):
        near = [group for group in groups if any(_close(part, other, largest) for other in group)]
        merged = [part] + [other for group in near for other in group]
        groups = [group for group in groups if group not in near] + [merged]
    return groups


def _close(a: Part, b: Part, largest: int) -> bool:
    beside, below = _gaps(a, b)
    gap = _BESIDE_SMALLER if min(a.side, b.side) < _SMALLER * largest else _BESIDE
    return below <= _BELOW * largest and beside <= gap * largest


def _gaps(a: Part, b: Part) -> tuple[int, int]:
    """Pixels between the bounds of two parts, to the side and below; negative if they overlap."""
    return (
        max(a.left, b.left) - min(a.right, b.right),
        max(a.top, b.top) - min(a.bottom, b.bottom),
    )


def _in_order(groups: list[list[Part]]) -> list[list[Part]]:
    """Sort drawings by lines from above, each from the left."""
    lines: list[list[list[Part]]] = []
    for group in sorted(groups, key=lambda group: min(part.top for part in group)):
        middle = _middle(group)
        for line in lines:
            if any(min(p.top for p in other) <= middle for other in line) and any(
                max(p.bottom for p in other) >= middle for other in line
            ):
                line.append(group)
                break
        else:
            lines.append([group])
    return [
        group
        for line in lines
        for group in sorted(line, key=lambda g: min(part.left for part in g))
    ]


def _middle(group: list[Part]) -> float:
    return (min(part.top for part in group) + max(part.bottom for part in group)) / 2
