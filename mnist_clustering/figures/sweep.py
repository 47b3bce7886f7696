"""Scores over the number of clusters, for experiments with several perplexities."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mnist_clustering.figures import canvas, theme

# The points of a line: number of clusters and score.
Line = Sequence[tuple[float, float]]
_NAMES = {"accuracy": "accuracy, one to one", "nmi": "NMI"}
_MARKS = "o^sDvP"
_NOTE = "Test images, clusters of the 2-D map. A line joins experiments of the same perplexity."


def draw(scores: Mapping[str, Mapping[Any, Line]]) -> Figure:
    """Draw a panel for each score.

    Parameters
    ----------
    scores : mapping of str to mapping
        "accuracy" and "nmi", from 0 to 1, by perplexity.
    """
    figure, top = canvas.page(3.4, "Scores over the number of clusters", _NOTE)
    panels = canvas.panels(
        figure, 1, len(scores), top=top + 0.3, bottom=0.5, left=0.6, right=0.2, gap=(0.7, 0)
    )
    for axes, (score, lines) in zip(panels, scores.items(), strict=True):
        for number, (perplexity, line) in enumerate(lines.items()):
            axes.plot(
                *zip(*line, strict=True),
                f"-{_MARKS[number % len(_MARKS)]}",
                color=theme.ACCENTS[number % len(theme.ACCENTS)],
                label=f"perplexity {_shown(perplexity)}",
            )
        axes.set_title(_NAMES.get(score, score))
        axes.set_xlabel("number of clusters, k")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(0.06, 0.12)
    panels[-1].legend(loc="best")
    return figure


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
