"""The stages, as a table and as a graph."""

from collections.abc import Mapping
from typing import Any

from mnist_clustering.pages import html

# What is known of a stage: "does", "command", and paths that it "reads" and "writes".
Stages = Mapping[str, Mapping[str, Any]]
# Sizes of the graph, in pixels.
_WIDE, _HIGH, _GAP_ACROSS, _GAP_DOWN = 108, 30, 22, 34


def grouped(stages: Stages) -> dict[str, dict[str, set[str]]]:
    """Put the stages of a template, such as ``tsne@2`` and ``tsne@3``, together under its name."""
    found: dict[str, dict[str, set[str]]] = {}
    for name, stage in stages.items():
        group = found.setdefault(name.partition("@")[0], {"reads": set(), "writes": set()})
        for kind, paths in group.items():
            paths.update(stage[kind])
    return found


def needs(stages: Stages) -> dict[str, list[str]]:
    """List which others each stage reads from: files, or folders that they are in.

    Examples
    --------
    >>> needs({"a": {"reads": [], "writes": ["x/1"]}, "b": {"reads": ["x"], "writes": []}})
    {'a': [], 'b': ['a']}
    """
    return {
        name: [
            other
            for other, source in stages.items()
            if other != name
            and any(f"{out}/".startswith(f"{dep}/") for out in source["writes"]
                    for dep in stage["reads"])
        ]
        for name, stage in stages.items()
    }  # fmt: skip


def table(stages: Stages) -> str:
    """List what each stage does and runs."""
    rows = [
        (html.code(name), stage["does"], html.code(stage["command"]))
        for name, stage in stages.items()
    ]
    return html.table(("stage", "does", "command"), rows)


def graph(stages: Stages) -> str:
    """Draw the stages below what they need, as SVG.

    Lines that follow from others are left out.
    """
    sources = {name: set(found) for name, found in needs(stages).items()}
    rank: dict[str, int] = {}
    while len(rank) < len(sources):
        ready = [n for n in sources if n not in rank and sources[n] <= set(rank)]
        rank |= {name: 1 + max((rank[s] for s in sources[name]), default=-1) for name in ready}
    above = {name: set(sources[name]) for name in sources}
    for name in sorted(sources, key=rank.__getitem__):
        above[name] |= {far for near in sources[name] for far in above[near]}
    rows = [[n for n in rank if rank[n] == level] for level in range(max(rank.values()) + 1)]
    widest = max(map(len, rows)) * (_WIDE + _GAP_ACROSS) - _GAP_ACROSS
    place = {
        name: ((widest - len(row) * (_WIDE + _GAP_ACROSS) + _GAP_ACROSS) / 2
               + i * (_WIDE + _GAP_ACROSS), level * (_HIGH + _GAP_DOWN))
        for level, row in enumerate(rows)
        for i, name in enumerate(row)
    }  # fmt: skip
    lines = [
        _line(place[source], place[name])
        for name in sources
        for source in sorted(sources[name])
        if not any(source in above[between] for between in sources[name])
    ]
    boxes = [_box(name, *place[name]) for name in place]
    high = len(rows) * (_HIGH + _GAP_DOWN) - _GAP_DOWN
    return (
        f'<svg viewBox="-1 -1 {widest + 2} {high + 2}" role="img" aria-label="Graph of the stages" '
        f'style="max-width:100%;width:{widest}px">{"".join(lines)}{"".join(boxes)}</svg>'
    )


def _line(source: tuple[float, float], target: tuple[float, float]) -> str:
    x, y, u, v = source[0] + _WIDE / 2, source[1] + _HIGH, target[0] + _WIDE / 2, target[1]
    bend = (v - y) / 2
    return (
        f'<path d="M{x:g} {y:g}C{x:g} {y + bend:g} {u:g} {v - bend:g} {u:g} {v:g}" fill="none" '
        'stroke="#8b949e"/>'
    )


def _box(name: str, x: float, y: float) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDE}" height="{_HIGH}" rx="5" fill="Canvas" '
        f'stroke="#8b949e"/><text x="{x + _WIDE / 2:g}" y="{y + _HIGH / 2 + 5:g}" '
        f'fill="CanvasText" text-anchor="middle" font-size="14">{html.text(name)}</text>'
    )
