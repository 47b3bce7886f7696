"""New images on a map: each by itself, and among its digit."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.tsne import placement
from tests.support.real import LABELS, TEST_LABELS


def test_placing_singly_equals_placing_together(mapped, train, test):
    embedding, *_ = mapped
    nearest = neighbors.nearest(train, test, k=15)[0]
    together = placement.place(embedding, nearest)
    for i in range(0, len(test), 9):
        alone = neighbors.nearest(train, test[i : i + 1], k=15)[0]
        assert placement.place(embedding, alone).tobytes() == together[i : i + 1].tobytes()


def test_new_images_land_among_their_digit(mapped, train, test):
    embedding, *_ = mapped
    placed = placement.place(embedding, neighbors.nearest(train, test, k=15)[0])
    nearest = NearestNeighbors(n_neighbors=1).fit(embedding).kneighbors(placed)[1][:, 0]
    assert np.mean(LABELS[nearest] == TEST_LABELS) > 0.85
