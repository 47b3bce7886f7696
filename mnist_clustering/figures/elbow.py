"""How many clusters there are: the elbow and three other criteria."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import theme

Curves = Mapping[str, NDArray[np.float64]]
_CHOSEN = theme.ACCENTS[1]


def draw(
    curves: Curves, preferred: Mapping[str, int | None], *, points: str, height: float
) -> Figure:
    """Draw the inertia with its knee, and three criteria with the k that each prefers.

    Parameters
    ----------
    curves : mapping
        Columns "k", "inertia", "silhouette", "calinski_harabasz" and "davies_bouldin".
    preferred : mapping
        "knee" (None if there is none) and the best k by each criterion.
    points : str
        What was clustered, for the title.
    height : float
        Of the panels, in inches.
    """
    title = f"How many clusters? KMeans on {points}"
    figure, top = page.page(height, title, _note(curves, preferred))
    panels = page.panels(
        figure, 2, 2, top=top + 0.3, bottom=0.5, left=0.65, right=0.15, gap=(0.75, 0.8)
    )
    _draw_inertia(panels[0], curves, preferred)
    _draw_silhouette(panels[1], curves, preferred["silhouette"])
    _draw_variance_ratio(panels[2], curves, preferred["calinski_harabasz"])
    _draw_overlap(panels[3], curves, preferred["davies_bouldin"])
    for axes in panels:
        axes.set_xlabel("k, number of clusters")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
    return figure


def _note(curves: Curves, preferred: Mapping[str, int | None]) -> str:
    """Say which criterion prefers which k."""
    last = int(curves["k"][-1])
    choices = [
        f"{name} {preferred[key]}" + (" (the largest tried)" if preferred[key] == last else "")
        for name, key in (
            ("silhouette", "silhouette"),
            ("Calinski-Harabasz", "calinski_harabasz"),
            ("Davies-Bouldin", "davies_bouldin"),
        )
    ]
    knee = preferred["knee"]
    rule = (
        "The inertia has no knee."
        if knee is None
        else f"The knee of the inertia, a rule of thumb, is at {knee}."
    )
    return f"Preferred number of clusters: {', '.join(choices)}. {rule} No label is used."


def _draw_inertia(axes: Axes, curves: Curves, preferred: Mapping[str, int | None]) -> None:
    """Draw the inertia, whose unit says nothing, in percent of its first value."""
    k, knee = curves["k"], preferred["knee"]
    inertia = 100 * curves["inertia"] / max(float(curves["inertia"][0]), 1.0)
    axes.set_title("Inertia")
    axes.set_ylabel(f"% of that at k = {k[0]:.0f}")
    axes.set_ylim(0, max(105.0, 1.05 * float(inertia.max())))
    # What the knee is measured from.
    axes.plot(k[[0, -1]], inertia[[0, -1]], "--", color=theme.INK, linewidth=1)
    _curve(axes, k, inertia, knee)
    low = float(inertia[-1]) > 50
    if knee is None:
        _say(axes, "no knee", low=low)
        return
    explained = "farthest below the\ndashed line"
    best = preferred["silhouette"]
    if best is not None and best > knee:
        at = {int(number): value for number, value in zip(k, inertia, strict=True)}
        further = 1 - at[best] / max(at[knee], 1e-12)
        explained += f"; from there to\nk = {best} it still falls by {further:.0%}"
    _say(axes, f"knee at k = {knee}", explained, low=low)


def _draw_silhouette(axes: Axes, curves: Curves, best: int | None) -> None:
    silhouette = curves["silhouette"]
    axes.set_title("Silhouette")
    axes.set_ylabel("from −1 to 1 (best)")
    axes.set_ylim(min(0.0, 1.1 * float(silhouette.min())), 1)
    _curve(axes, curves["k"], silhouette, best)
    _say(axes, f"highest at k = {best}")


def _draw_variance_ratio(axes: Axes, curves: Curves, best: int | None) -> None:
    ratio = curves["calinski_harabasz"]
    axes.set_title("Calinski-Harabasz")
    axes.set_ylabel("thousands, higher is better")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_ylim(0, 1.3 * max(float(ratio.max()), 1e-9) / 1000)
    _curve(axes, curves["k"], ratio / 1000, best)
    _say(axes, f"highest at k = {best}")


def _draw_overlap(axes: Axes, curves: Curves, best: int | None) -> None:
    overlap = curves["davies_bouldin"]
    axes.set_title("Davies-Bouldin")
    axes.set_ylabel("lower is better")
    axes.set_ylim(0, 1.3 * max(float(overlap.max()), 1e-9))
    _curve(axes, curves["k"], overlap, best)
    _say(axes, f"lowest at k = {best}")


def _curve(
    axes: Axes,
    k: NDArray[np.float64],
    values: NDArray[np.float64],
    chosen: int | None,
) -> None:
    """Draw a curve, ring the chosen k and drop a line from it."""
    axes.plot(k, values, "-o", color=theme.ACCENTS[0])
    for i in np.flatnonzero(k == (chosen if chosen is not None else np.nan)):
        axes.vlines(
            k[i], axes.get_ylim()[0], values[i], color=_CHOSEN, linestyle=":", linewidth=1.4
        )
        axes.plot(
            k[i],
            values[i],
            "o",
            markersize=10,
            markerfacecolor="none",
            markeredgecolor=_CHOSEN,
            markeredgewidth=1.8,
            clip_on=False,
        )


def _say(axes: Axes, sentence: str, explained: str = "", *, low: bool = False) -> None:
    """Write a sentence in the upper right corner, and in small type below it what it means.

    Parameters
    ----------
    axes : Axes
    sentence, explained : str
    low : bool
        Whether to write in the lower half, for curves that stay high.
    """
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "top"}
    top = 0.42 if low else 0.97
    axes.text(0.98, top, sentence, fontweight="bold", **place)
    if explained:
        axes.text(0.98, top - 0.11, explained, fontsize=theme.SMALL, **place)
