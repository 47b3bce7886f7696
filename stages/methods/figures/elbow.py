"""How many clusters there are: the elbow and three other criteria."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from stages.methods.figures import style

Curves = Mapping[str, NDArray[np.float64]]
# Label, colour, marker, and whether a lower value is better.
_OTHERS = {
    "calinski_harabasz": ("Calinski-Harabasz", style.ACCENTS[2], "s", False),
    "davies_bouldin": ("Davies-Bouldin", style.ACCENTS[1], "^", True),
}


def draw(
    curves: Curves, preferred: Mapping[str, int | None], *, points: str, height: float
) -> Figure:
    """Draw the inertia with its knee, and the criteria with the k that each prefers.

    Parameters
    ----------
    curves : mapping
        Columns "k", "inertia", "silhouette", "calinski_harabasz" and "davies_bouldin".
    preferred : mapping
        "knee" (None if there is none) and the best k by each criterion.
    points : str
        What was clustered, for the title.
    height : float
        Of the drawing, in inches.
    """
    figure = style.page(
        height,
        f"How many clusters? KMeans on {points}",
        "Each criterion over k, the number of clusters; none of them looks at a label.",
    )
    panels = style.panels(figure, 1, 3, top=1.0, bottom=0.55, left=0.55, gap=(0.5, 0))
    _draw_inertia(panels[0], curves, preferred["knee"])
    _draw_silhouette(panels[1], curves, preferred["silhouette"])
    _draw_others(panels[2], curves, preferred)
    for axes in panels:
        axes.set_xlabel("k")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
    return figure


def _draw_inertia(axes: Axes, curves: Curves, knee: int | None) -> None:
    """Draw the inertia, whose unit says nothing, in percent of its first value."""
    inertia = 100 * curves["inertia"] / max(float(curves["inertia"][0]), 1.0)
    axes.plot(curves["k"], inertia, "-o", color=style.ACCENTS[0])
    axes.set_ylim(0, max(105.0, 1.05 * float(inertia.max())))
    axes.set_title(f"Inertia, % of that at k = {curves['k'][0]:.0f}")
    _mark(axes, curves["k"], inertia, knee, style.ACCENTS[0])
    _say(axes, "no knee" if knee is None else f"knee at k = {knee}")


def _draw_silhouette(axes: Axes, curves: Curves, best: int | None) -> None:
    silhouette = curves["silhouette"]
    axes.plot(curves["k"], silhouette, "-o", color=style.ACCENTS[0])
    axes.set_ylim(min(0.0, 1.1 * float(silhouette.min())), 1)
    axes.set_title("Silhouette (1 is best)")
    _mark(axes, curves["k"], silhouette, best, style.ACCENTS[0])
    _say(axes, f"highest at k = {best}")


def _draw_others(axes: Axes, curves: Curves, preferred: Mapping[str, int | None]) -> None:
    """Draw the criteria that have no common unit from their worst (0) to their best (1)."""
    axes.set_title("Others, scaled (1 is best)")
    for name, (title, colour, marker, lower_is_better) in _OTHERS.items():
        values = -curves[name] if lower_is_better else curves[name]
        scaled = (values - values.min()) / max(float(np.ptp(values)), 1e-12)
        label = f"{title}: k = {preferred[name]}"
        axes.plot(curves["k"], scaled, marker=marker, color=colour, label=label)
        _mark(axes, curves["k"], scaled, preferred[name], colour)
    axes.set_ylim(-0.05, 1.42)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.legend(loc="upper left", borderaxespad=0.1, handlelength=1.6, labelspacing=0.3)


def _mark(
    axes: Axes,
    k: NDArray[np.float64],
    values: NDArray[np.float64],
    chosen: int | None,
    colour: str,
) -> None:
    """Ring the chosen k and drop a line from it."""
    if chosen is None:
        return
    for i in np.flatnonzero(k == chosen):
        axes.vlines(k[i], axes.get_ylim()[0], values[i], color=colour, linestyle=":", linewidth=1.4)
        axes.plot(
            k[i],
            values[i],
            "o",
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=1.8,
            clip_on=False,
        )


def _say(axes: Axes, sentence: str) -> None:
    axes.text(
        0.97, 0.95, sentence, transform=axes.transAxes, ha="right", va="top", fontweight="bold"
    )
