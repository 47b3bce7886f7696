"""The KL divergence of the maps while t-SNE optimises them."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import theme

Curve = Mapping[str, NDArray[Any]]
_NOTE = (
    "Kullback-Leibler divergence (in nats) of the neighbourhoods on the map from those among the "
    "images: the lower, the truer the map. Grey: early exaggeration of the 2-D map."
)


def draw(flat: Curve, deep: Curve, *, height: float) -> Figure:
    """Draw the divergence over the iterations of the 2-D and of the 3-D map.

    Parameters
    ----------
    flat, deep : mapping
        Columns "iteration", "kl_divergence" and "phase" of the 2-D and the 3-D map.
    height : float
        Of the panel, in inches.
    """
    figure, top = page.page(height, "KL divergence while t-SNE optimises the maps", _NOTE)
    (axes,) = page.panels(figure, 1, 1, top=top + 0.1, bottom=0.5, left=0.55, right=1.25)
    early = flat["iteration"][flat["phase"] != flat["phase"][-1]]
    axes.axvspan(0, early.max(initial=0), color=theme.GROUND, linewidth=0, zorder=0)
    for curve, name, marker, colour in zip(
        (flat, deep), ("2-D map", "3-D map"), "os", theme.ACCENTS, strict=False
    ):
        iterations, divergence = curve["iteration"], curve["kl_divergence"]
        axes.plot(iterations, divergence, f"-{marker}", color=colour, clip_on=False)
        axes.annotate(
            f"{name} {divergence[-1]:.2f}",
            (iterations[-1], divergence[-1]),
            xytext=(7, 4 if curve is flat else -4),
            textcoords="offset points",
            va="bottom" if curve is flat else "top",
            fontweight="bold",
        )
    axes.set(xlabel="iteration", ylabel="KL divergence, nats", xlim=(0, flat["iteration"].max()))
    axes.margins(y=0.12)
    return figure
