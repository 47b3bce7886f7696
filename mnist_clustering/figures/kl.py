"""The KL divergence of the maps while t-SNE optimises them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import theme

Curve = Mapping[str, NDArray[Any]]
_NOTE = (
    "Kullback-Leibler divergence (in nats) of the neighbourhoods on the map from those among the "
    "images: the lower, the truer the map."
)


def draw(flat: Curve, deep: Curve, *, height: float) -> Figure:
    """Draw the divergence over the iterations of the 2-D and of the 3-D map.

    Parameters
    ----------
    flat, deep : mapping
        Columns "iteration", "kl_divergence" and "phase" of the 2-D and the 3-D map.
    height : float
        Of the panels, in inches.
    """
    figure, top = page.page(height, "KL divergence while t-SNE optimises the maps", _NOTE)
    panels = page.panels(
        figure, 1, 2, top=top + 0.3, bottom=0.5, left=0.55, right=0.2, gap=(0.5, 0)
    )
    values = np.concatenate([flat["kl_divergence"], deep["kl_divergence"]])
    margin = 0.12 * max(float(np.ptp(values)), 0.1)
    for axes, curve, name in zip(panels, (flat, deep), ("2-D map", "3-D map"), strict=True):
        axes.set_ylim(float(values.min()) - margin, float(values.max()) + 2.5 * margin)
        _draw_phases(axes, curve)
        axes.set_title(name)
        axes.set_xlabel("iteration")
    panels[0].set_ylabel("KL divergence, nats")
    return figure


def _draw_phases(axes: Axes, curve: Curve) -> None:
    """Draw one curve, the phases before the last on a ground of their own."""
    iterations, divergence, phases = curve["iteration"], curve["kl_divergence"], curve["phase"]
    begin = 0.0
    for phase in dict.fromkeys(phases.tolist()):
        end = float(iterations[phases == phase][-1])
        if phase != phases[-1]:
            axes.axvspan(begin, end, color=theme.INK, alpha=theme.GROUND, linewidth=0, zorder=0)
        name = phase.replace("_", "\n")
        at = (begin + end) / 2
        axes.text(
            at,
            0.96,
            name,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=theme.SMALL,
        )
        begin = end
    axes.plot(iterations, divergence, "-o", color=theme.ACCENTS[0], clip_on=False)
    axes.annotate(
        f"{divergence[-1]:.2f}",
        (iterations[-1], divergence[-1]),
        xytext=(0, 7),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontweight="bold",
    )
    axes.set_xlim(0, begin)
