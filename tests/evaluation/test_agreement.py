"""Scores of tables against scikit-learn's scores of labels."""

import numpy as np
import pytest
from sklearn import metrics

from mnist_clustering.clustering import kmeans
from mnist_clustering.evaluation import agreement, bootstrap, scores
from tests.support.real import LABELS, PIXELS

CLUSTERS = kmeans.fit(PIXELS, 13, n_init=1, max_iter=20, seed=0).labels


def expected(shown, given):
    homogeneity, completeness, nmi = metrics.homogeneity_completeness_v_measure(shown, given)
    found = [homogeneity, completeness, nmi, metrics.adjusted_rand_score(shown, given)]
    return [pytest.approx(score, rel=1e-9, abs=1e-12) for score in found]


def found(tables):
    information = agreement.information(tables)
    names = ("homogeneity", "completeness", "nmi")
    columns = [*(information[name] for name in names), agreement.adjusted_rand(tables)]
    return np.stack(columns, axis=1).tolist()


def test_scores_of_many_tables_are_those_of_their_labels():
    tables = bootstrap.resample(LABELS, {"a": (CLUSTERS, 13)}, 10, 20, seed=3)["a"]
    for table, scored in zip(tables, found(tables), strict=True):
        given, shown = (np.repeat(np.indices(table.shape)[axis], table.ravel()) for axis in (0, 1))
        assert scored == expected(shown, given)


@pytest.mark.parametrize(
    ("shown", "given"), [([1, 1, 1], [0, 0, 0]), ([1, 1, 1], [0, 1, 1]), ([1, 2, 3], [0, 0, 0])]
)
def test_one_group_scores_as_in_scikit_learn(shown, given):
    table = scores.contingency(np.array(shown), np.array(given), 2, 10)
    assert found(table[None])[0] == expected(shown, given)
