"""Colours that can be read, and told apart under every kind of colour vision."""

import io
import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import theme
from tests.support.drawings import MODULES, figure_of, study

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.mark.parametrize("name", MODULES)
def test_a_picture_brings_its_own_page(name):
    png = page.render(figure_of(name, study(12)[name]), 60)
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    ground = np.round(255 * np.array(to_rgb(theme.PAGE)))
    assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == ground).all()
    assert (pixels == ground).all(axis=2).mean() > 0.25


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


def oklab(light):
    """Colours in a space where distance is difference to the eye: Ottosson's Oklab (2020)."""
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(light @ np.transpose(to_cones)) @ np.transpose(to_lab)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("palette", theme.PALETTES)
def test_palettes_are_colour_blind_safe(palette, vision):
    light = np.array([linear(colour) for colour in theme.PALETTES[palette]])
    assert len(light) == 10
    seen = oklab(np.clip(light @ np.transpose(VISION[vision]), 0, 1))
    apart = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    # matplotlib's own ten colours reach 0.023 under deuteranopia and 0.007 under protanopia.
    assert apart >= {"contrast": 0.105, "petroff": 0.06}[palette]
