"""Estimators fitted once, as briefly as they can."""

import pytest

from mnist_clustering import EmbeddingClusters, ImageClusters
from tests.support.real import FEW, PIXELS

BRIEF = {"early_iterations": 10, "iterations": 20}


@pytest.fixture(scope="session")
def of_images():
    return ImageClusters(n_clusters=5, form="handwriting", **BRIEF).fit(FEW)


@pytest.fixture(scope="session")
def of_vectors():
    return EmbeddingClusters(n_clusters=5, **BRIEF).fit(PIXELS[:200] / 255)
