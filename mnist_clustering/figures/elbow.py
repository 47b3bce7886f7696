"""How many clusters there are: the elbow and three other criteria."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from mnist_clustering.figures import canvas as page
from mnist_clustering.figures import theme

Curves = Mapping[str, NDArray[np.float64]]
# Of each criterion: heading, what its axis shows, the unit, and which end is best.
_CRITERIA = {
    "silhouette": ("Silhouette", "from −1 to 1 (best)", 1, "highest"),
    "calinski_harabasz": ("Calinski-Harabasz", "thousands, higher is better", 1000, "highest"),
    "davies_bouldin": ("Davies-Bouldin", "lower is better", 1, "lowest"),
}


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
    title, k, knee = f"How many clusters? KMeans on {points}", curves["k"], preferred["knee"]
    # The unit of the inertia says nothing.
    inertia = 100 * curves["inertia"] / max(float(curves["inertia"][0]), 1.0)
    figure, top = page.page(height, title, _note(k, inertia, preferred))
    first, *others = page.panels(
        figure, 2, 2, top=top + 0.3, bottom=0.5, left=0.65, right=0.15, gap=(0.75, 0.8)
    )
    first.plot(k[[0, -1]], inertia[[0, -1]], "--", color=theme.INK, linewidth=1)
    first.set_ylim(0, max(105.0, 1.05 * float(inertia.max())))
    first.set_ylabel(f"% of that at k = {k[0]:.0f}")
    _draw_curve(
        first, "Inertia", "no knee" if knee is None else f"knee at k = {knee}", k, inertia, knee
    )
    for axes, (name, (heading, shows, unit, end)) in zip(others, _CRITERIA.items(), strict=True):
        values, best = curves[name] / unit, preferred[name]
        highest = 1 if name == "silhouette" else 1.15 * max(float(values.max()), 1e-9)
        axes.set_ylim(min(0.0, 1.1 * float(values.min())), highest)
        axes.set_ylabel(shows)
        _draw_curve(axes, heading, f"{end} at k = {best}", k, values, best)
    return figure


def _note(
    k: NDArray[np.float64], inertia: NDArray[np.float64], preferred: Mapping[str, int | None]
) -> str:
    """Say which criterion prefers which k, and what the knee is worth."""
    choices = [
        f"{name[0].lower() if key == 'silhouette' else name[0]}{name[1:]} {preferred[key]}"
        + (" (the largest tried)" if preferred[key] == k[-1] else "")
        for key, (name, *_) in _CRITERIA.items()
    ]
    knee, best = preferred["knee"], preferred["silhouette"]
    rule = "The inertia has no knee."
    if knee is not None:
        rule = f"The inertia lies farthest below the dashed line at {knee}, a rule of thumb"
        if best is not None and best > knee:
            at = dict(zip(k.tolist(), inertia.tolist(), strict=True))
            fall = 1 - at[best] / max(at[knee], 1e-12)
            rule += f"; from there to k = {best} it still falls by {fall:.0%}"
        rule += "."
    return f"Preferred number of clusters: {', '.join(choices)}. {rule} No label is used."


def _draw_curve(
    axes: Axes,
    heading: str,
    said: str,
    k: NDArray[np.float64],
    values: NDArray[np.float64],
    chosen: int | None,
) -> None:
    """Draw a curve under its heading, ring the chosen k and drop a line from it."""
    axes.set_title(heading)
    axes.set_title(said, loc="right", fontsize=theme.TEXT, fontweight="normal")
    axes.set_xlabel("k, number of clusters")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
    axes.plot(k, values, "-o", color=theme.ACCENTS[0])
    for i in np.flatnonzero(k == (np.nan if chosen is None else chosen)):
        look: dict[str, Any] = {"color": theme.ACCENTS[1], "clip_on": False}
        axes.plot(k[[i, i]], [axes.get_ylim()[0], values[i]], ":", linewidth=1.4, **look)
        axes.plot(
            k[i], values[i], "o", markersize=10, fillstyle="none", markeredgewidth=1.8, **look
        )
