"""Colours, fonts and sizes of all drawings, stated once.

A PNG has no background: it has to read on a white page and on a dark one alike, so that all that
stands on the page has a middle tone. Of a contrast of 18.9 to 1 between `LIGHT_PAGE` and
`DARK_PAGE`, no colour can keep more than 4.35 to both, which is what `INK` comes near.
"""

from typing import Any

from matplotlib.typing import RcKeyType

# The page. An inch is 72 points, and as many pixels as `draw.dpi` says. GitHub shows a README about
# 880 pixels wide: 9 points are then 15 pixels.
WIDTH = 7.2  # inches
MARGIN = 0.12  # inches
TITLE, HEADING, TEXT, SMALL = 14.0, 10.5, 9.5, 8.5  # points

# What the pictures are made for: GitHub's two pages.
LIGHT_PAGE, DARK_PAGE = "#ffffff", "#0d1117"

INK = "#737b85"  # text, axes, frames
NO_LABEL = "#8b949e"  # images and clusters without a label
SHADE = 0.25  # opacity of grid lines and frames, in ink
GROUND = 0.12  # opacity of grounds, in ink
# Of names that are written over points, whatever page lies below.
NAME, HALO = "#1f2328", "#ffffff"

# One colour for each label, in the order of the labels; they come again after the last.
# "contrast" was searched for the largest smallest difference (in Oklab) under normal vision,
# protanopia, deuteranopia and tritanopia, of colours that keep a contrast of 2.3 to 1 with both
# pages, and put in the order that sets digits of like shapes (4 and 9, 3 and 5, ...) the farthest
# apart; "petroff" is the 10-colour sequence of Petroff (2021, arXiv 2107.02270).
PALETTES = {
    "contrast": [
        "#00a578",
        "#ff69c3",
        "#005a4b",
        "#695aff",
        "#f03c00",
        "#a50000",
        "#786996",
        "#8700b4",
        "#d2a50f",
        "#00b4ff",
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
# Of curves and marks: blue, orange, green, told apart by lightness and by markers too.
ACCENTS = ("#3b7dc4", "#e07000", "#0e8f74")

LOOK: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": INK,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.titlesize": HEADING,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": SHADE,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": INK,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "image.interpolation": "nearest",
}
