"""Features and a 2-D map of real digits that several files look at."""

import numpy as np
import pytest

from stages.methods.embedding import (
    initialization,
    neighbors,
    tsne,
)
from tests.support.real import described


@pytest.fixture(scope="session")
def train():
    """Features of the training images."""
    return described()[0]


@pytest.fixture(scope="session")
def test():
    """Features of the test images."""
    return described()[1]


@pytest.fixture(scope="session")
def mapped(train):
    """A map, its KL curve, the steps told meanwhile, neighbours and affinities."""
    indices, distances = neighbors.nearest(train, k=60)
    affinities = tsne.affinities(indices, distances.astype(np.int32), 20)
    start = initialization.from_components(train[:, :2], seed=0, jitter=0.01)
    phases = [tsne.Phase("early_exaggeration", 60, 12, 0.5), tsne.Phase("optimisation", 110, 2)]
    steps = []
    embedding, curve = tsne.optimise(
        start, affinities, phases, on_step=lambda curve: steps.append([*curve])
    )
    return embedding, curve, steps, indices, affinities
