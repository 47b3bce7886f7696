"""Colours, fonts and sizes of all drawings, stated once."""

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

# White whatever lies around the picture: no ink keeps a contrast of 4.5 to a white and to a dark
# page alike.
PAGE = "#ffffff"
INK = "#3d444d"  # text
LINE = "#d1d9e0"  # grid and frames
GROUND = "#eff2f5"  # what lies behind others
# Of names that are written over points.
NAME, HALO = "#1f2328", PAGE

LOOK: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": INK,
    "figure.facecolor": PAGE,
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
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": INK,
    "ytick.labelsize": SMALL,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "image.interpolation": "nearest",
}
