"""Merging of micro-clusters, against a reference in fractions and on graphs known by hand."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix

from mnist_clustering.clustering import merging
from mnist_clustering.errors import InputError


def _random(seed, n_clusters=12, n=400, k=5):
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_clusters, size=n)
    return labels, rng.integers(n, size=(n, k)), rng.integers(n, size=(n, k))


def _reference(labels, edges, n_clusters, wanted):
    """Merge sets of clusters; recount all edges of all pairs at each step."""
    sets = [{name} for name in range(n_clusters)]
    while len(sets) > wanted:
        ranked = []
        for first, second in permutations(sets, 2):
            size = int(np.isin(labels, list(first)).sum())
            count = sum(labels[i] in first and labels[j] in second for i, j in edges)
            share = Fraction(count, size) if size else Fraction(10**9)
            ranked.append((-share, size, min(first), min(second), first, second))
        *_, first, second = min(ranked, key=lambda row: row[:4])
        sets = [each for each in sets if each not in (first, second)] + [first | second]
    return {frozenset(each) for each in sets}


def _as_sets(partition):
    return {frozenset(np.flatnonzero(partition == each).tolist()) for each in set(partition)}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("wanted", [1, 2, 8])
def test_equal_to_recounting_all_pairs(seed, wanted):
    labels, forward, reverse = _random(seed, n=60, k=2)
    # Cluster 3 is empty, and few images make many ties.
    labels[labels == 3] = 4
    edges = [(i, j) for i, row in enumerate(reverse) for j in row]
    edges += [(j, i) for i, row in enumerate(forward) for j in row]
    counts = merging.count_containment(labels, forward, reverse, 12)
    merges = merging.merge(counts, np.bincount(labels, minlength=12))
    found = merging.partition(merges, wanted)
    assert _as_sets(found) == _reference(labels, edges, 12, wanted)


def test_an_island_joins_what_it_points_to_not_what_points_to_it():
    # 0: plain ones, 1: twos, 2: ones with a foot.
    edges = np.array([[9000, 0, 5], [0, 9000, 60], [50, 40, 900]])
    merges = merging.merge(edges, np.array([1000, 1000, 100]))
    assert merging.partition(merges, 2).tolist() == [0, 1, 0]


def test_shares_that_floating_point_cannot_tell_apart():
    large = 3_037_000_499
    edges = np.array([[0, 0, large - 1], [0, 0, large - 2], [0, 0, 0]])
    # (n - 1) / n is above (n - 2) / (n - 1), in the 19th decimal.
    assert (large - 1) / large == (large - 2) / (large - 1)
    sizes = np.array([large, large - 1, 1])
    assert merging.merge(edges, sizes)[0].cluster == 0
    assert merging.merge(edges[[1, 0, 2]], sizes[[1, 0, 2]])[0].cluster == 1


@pytest.mark.parametrize("k", [0, 4])
def test_a_number_that_cannot_be_had_is_refused(k):
    merges = merging.merge(np.zeros((3, 3), dtype=int), np.ones(3, dtype=int))
    with pytest.raises(InputError, match=f"{k} clusters were asked of 3 micro-clusters"):
        merging.partition(merges, k)


# The file, and what merging corrects


def test_merges_come_back_from_their_rows():
    labels, forward, reverse = _random(3)
    counts = merging.count_containment(labels, forward, reverse, 12)
    merges = merging.merge(counts, np.bincount(labels, minlength=12))
    rows = merging.to_array(merges)
    assert (rows.shape, rows.dtype) == ((11, 4), np.int64)
    assert rows[0].tolist() == [merges[0].cluster, merges[0].into, merges[0].edges, merges[0].size]
    again = merging.from_array(rows)
    assert again == merges
    assert all(type(value) is int for step in again for value in (step.cluster, step.edges))
    assert merging.to_array([]).shape == (0, 4)
    assert merging.from_array(merging.to_array([])) == []


def _moved_by_matching(clusters, merged):
    table = contingency_matrix(merged, clusters)
    return len(clusters) - table[linear_sum_assignment(-table)].sum()


@pytest.mark.parametrize(("islands", "taken"), [(0, True), (10, True), (11, False), (80, False)])
def test_merging_may_move_one_in_a_hundred(islands, taken):
    clusters = np.arange(1000) % 4
    # The other partition calls its clusters otherwise.
    merged = np.array([2, 0, 3, 1])[clusters]
    merged[:islands] = merged[1 : islands + 1]
    assert merging.moved(clusters, merged) == _moved_by_matching(clusters, merged) == islands
    assert merging.corrects(clusters, merged) is taken


def test_two_clusters_in_one_are_no_correction():
    clusters, merged = np.array([0] * 99 + [1]), np.array([0] * 50 + [1] * 50)
    merged[99] = 0
    assert merging.moved(clusters, merged) is None
    assert not merging.corrects(clusters, merged)
