"""Colours that can be read, and told apart under every kind of colour vision."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mnist_clustering.figures import theme


def linear(colour):
    """Red, green and blue of a colour in linear light."""
    colours = np.array(to_rgb(colour))
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """Contrast of two colours, from 1 to 21: Web Content Accessibility Guidelines 2.2."""
    dark, light = sorted(0.05 + linear(colour) @ (0.2126, 0.7152, 0.0722) for colour in (a, b))
    return light / dark


@pytest.mark.parametrize(
    ("colours", "least"),
    [
        # Text: Web Content Accessibility Guidelines ask for 4.5; of marks for 3.
        ([theme.INK, theme.NAME], 7),
        ([*theme.ACCENTS, theme.NO_LABEL], 3),
        (theme.PALETTES["contrast"], 2.3),
        (theme.PALETTES["petroff"], 1.5),
    ],
)
def test_colours_read_on_the_page(colours, least):
    for colour in colours:
        assert contrast(colour, theme.PAGE) >= least
