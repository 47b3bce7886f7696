"""Colours, fonts and sizes of all drawings, stated once.

A PNG has no background: it has to read on a white page and on a dark one alike, so that all that
stands on the page has a middle tone. Of a contrast of 18.9 to 1 between `LIGHT_PAGE` and
`DARK_PAGE`, no colour can keep more than 4.35 to both, which is what `INK` comes near.
"""

from typing import Any

from matplotlib.typing import RcKeyType

from mnist_clustering.figures.palettes import ACCENTS as ACCENTS
from mnist_clustering.figures.palettes import NO_LABEL as NO_LABEL
from mnist_clustering.figures.palettes import PALETTES as PALETTES

# The page. An inch is 72 points, and as many pixels as `draw.dpi` says. GitHub shows a README about
# 880 pixels wide: 9 points are then 15 pixels.
WIDTH = 7.2  # inches
MARGIN = 0.12  # inches
TITLE, HEADING, TEXT, SMALL = 14.0, 10.5, 9.5, 8.5  # points

# What the pictures are made for: GitHub's two pages.
LIGHT_PAGE, DARK_PAGE = "#ffffff", "#0d1117"

INK = "#737b85"  # text, axes, frames
SHADE = 0.25  # opacity of grid lines and frames, in ink
GROUND = 0.12  # opacity of grounds, in ink
# Of names that are written over points, whatever page lies below.
NAME, HALO = "#1f2328", "#ffffff"

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
