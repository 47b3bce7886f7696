"""Which parts of the ink make up a drawing."""

import numpy as np
import pytest

from mnist_clustering.images import parts

FIVE = [(40, 60, 100, 105), (40, 45, 108, 130), (60, 100, 110, 115)]


def drawn(*bars, side=200):
    """A picture with filled bars: top, bottom, left, right."""
    inked = np.zeros((side, side), dtype=bool)
    for top, bottom, left, right in bars:
        inked[top:bottom, left:right] = True
    return inked


def frame(top, bottom, left, right, thick=3):
    inner = drawn((top + thick, bottom - thick, left + thick, right - thick))
    return drawn((top, bottom, left, right)) & ~inner


def test_strokes_that_are_close_make_one_drawing():
    (drawing,) = parts.separate(drawn(*FIVE))
    assert np.array_equal(drawing, drawn(*FIVE))


@pytest.mark.parametrize(
    "other",
    [
        drawn((150, 152, 20, 23)),  # a speck
        drawn((0, 200, 0, 20)),  # a desk beside the sheet
        frame(20, 130, 60, 170),  # a box
        drawn((120, 124, 70, 150)),  # a line under it
    ],
)
def test_what_is_no_part_of_it_is_left_out(other):
    (drawing,) = parts.separate(drawn(*FIVE) | other)
    assert np.array_equal(drawing, drawn(*FIVE))


@pytest.mark.parametrize(
    ("ink", "dotted"),
    [
        (drawn(*FIVE), False),
        (drawn((40, 120, 90, 100)), False),
        (drawn((60, 144, 90, 100), (43, 53, 90, 100)), False),  # too near
        (drawn((60, 144, 90, 100), (42, 52, 90, 100)), True),  # an i
        (drawn((40, 124, 90, 100), (132, 142, 90, 100)), True),  # an exclamation mark
        (drawn((40, 120, 90, 100), (45, 80, 120, 130)), False),  # too long
        (drawn((95, 105, 50, 150), (70, 80, 95, 105), (120, 130, 95, 105)), True),  # divided by
    ],
)
def test_a_dot_lies_apart_and_the_strokes_of_a_five_do_not(ink, dotted):
    assert parts.dotted(ink) == dotted


def test_alone_they_are_drawings():
    for alone in (drawn((0, 100, 50, 70)), frame(20, 130, 60, 170), drawn((120, 124, 70, 150))):
        (drawing,) = parts.separate(alone)
        assert np.array_equal(drawing, alone)
    assert parts.separate(drawn()) == []


def test_reading_order():
    bars = [(10, 60, 140, 150), (15, 65, 20, 30), (110, 150, 60, 70), (105, 155, 10, 20)]
    found = parts.separate(drawn(*bars))
    wanted = [bars[1], bars[0], bars[3], bars[2]]
    assert [np.array_equal(ink, drawn(bar)) for ink, bar in zip(found, wanted, strict=True)] == (
        [True] * 4
    )
