"""Confusion matrices: counts, and a title that says what the diagonal shows."""

import numpy as np

from mnist_clustering.figures import confusion
from tests.support.drawings import captions, confusions, figure_of, study, texts

MAP = "Clusters of the 2-D map"


def test_confusion_counts():
    actual, predicted = np.array([0, 0, 2, 3, -1]), np.array([0, 1, 2, 3, 0])
    images = np.array([7, 1, 2, 3, 9])
    counts = confusion.count(actual, predicted, images, 4)
    assert counts.tolist() == [[7, 1, 0, 0], [0, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 3]]
    assert confusion.diagonal(counts) == 12 / 13
    predicted[3] = -1
    counts = confusion.count(actual, predicted, images, 4)
    assert counts.shape == (4, 5)
    assert counts[3].tolist() == [0, 0, 0, 0, 3]


def test_title_and_diagonal_of_a_confusion_matrix_are_the_same_thing():
    # Names of clusters that were found elsewhere: two are swapped.
    table, scores = study(10)["confusion"]
    own = table["partition"] == "pixels"
    actual, predicted = table["actual"][own], table["predicted"][own]
    swapped = predicted.copy()
    swapped[predicted == 3] = 8
    swapped[predicted == 8] = 3
    plain = (actual, predicted)
    mixed = confusions({"pixels": plain, "clusters_2d": (actual, swapped), "clusters_3d": plain})
    figure = figure_of("confusion", (mixed, scores))()
    right = {
        name: f"{(actual == found).mean():.1%}"
        for name, found in (("KMeans on pixels", predicted), (MAP, swapped))
    }
    assert captions(figure) == [f"{name}: {share}" for name, share in right.items()]
    assert right["KMeans on pixels"] != right[MAP]
    note = " ".join(figure.texts[1].get_text().split())
    assert f"Matched on test instead: {MAP} {right['KMeans on pixels']}." in note
    assert "Clusters got their labels on train" in note
    assert "share of the row to the power 0.5" in note
    figure = figure_of("confusion", (table, scores), gamma=1.0)()
    assert not any("power" in text or "instead" in text for text in texts(figure))
