"""The picture of the graph in the README is that of ``dvc.yaml``."""

import re
from itertools import pairwise

from dev import graph
from tests.support.documents import README, blocks

# All others read what code wrote of them.
STAGES = {name: stage for name, stage in graph.stages().items() if name != graph.CODE}


def test_the_picture_of_the_graph_is_that_of_dvc_yaml():
    (chart,) = blocks(README, "mermaid")
    labels = dict(re.findall(r'(\w+)\["([^"]+)"\]', chart))
    chains = [
        re.split(r" --> ", re.sub(r"\[.*?\]", "", line.strip()))
        for line in chart.splitlines()
        if "-->" in line
    ]
    named = [[labels.get(node, node) for node in chain] for chain in chains]
    drawn = {pair for chain in named for pair in pairwise(chain)}
    order = list(dict.fromkeys(node for chain in named for node in chain))
    assert order == list(STAGES), "the order is that of dvc.yaml"
    true = {
        (a.name, b.name) for a in STAGES.values() for b in STAGES.values() if b.needs(a) and a != b
    }
    assert reached(drawn) == reached(true)
    needless = {edge for edge in drawn if edge in reached(drawn - {edge})}
    assert not needless, "these follow from others"


def reached(edges):
    """Return all pairs of which the second can be reached from the first."""
    pairs: set[tuple[str, str]] = set()
    new = set(edges)
    while new:
        pairs |= new
        new = {(a, d) for a, b in pairs for c, d in edges if b == c} - pairs
    return pairs
