"""Features of the bundled digits and a map of them, made once."""

import numpy as np
import pytest

from mnist_clustering.features import descriptors
from mnist_clustering.neighbors.nearest import nearest
from mnist_clustering.tsne import optimization as tsne
from mnist_clustering.tsne import plans
from tests.support.real import IMAGES, TEST_IMAGES


@pytest.fixture(scope="session")
def described():
    """A short descriptor of each image of train and of test."""
    blocks = [descriptors.Block("gradient", 10, 1.0), descriptors.Block("pixel", 6, 0.5)]
    fitted, train = descriptors.fit_transform(IMAGES, blocks, deskewed=True, whiten=True)
    return train, descriptors.transform(TEST_IMAGES, fitted)


@pytest.fixture(scope="session")
def train(described):
    return described[0]


@pytest.fixture(scope="session")
def test(described):
    return described[1]


@pytest.fixture(scope="session")
def mapped(train):
    """A map, its KL curve, the steps told meanwhile, neighbours and affinities."""
    indices, distances = nearest(train, k=60)
    affinities = tsne.affinities(indices, distances.astype(np.int32), 20)
    start = plans.from_components(train[:, :2], seed=0, jitter=0.01)
    phases = [tsne.Phase("early_exaggeration", 60, 12, 0.5), tsne.Phase("optimisation", 110, 2)]
    steps = []
    embedding, curve = tsne.optimise(
        start, affinities, phases, on_step=lambda curve: steps.append([*curve])
    )
    return embedding, curve, steps, indices, affinities
