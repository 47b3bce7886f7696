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


def test_edges_are_counted_one_by_one():
    labels, neighbors, _ = _random(0)
    expected = np.zeros((12, 12), dtype=int)
    for image, row in enumerate(neighbors):
        for other in row:
            expected[labels[image], labels[other]] += 1
    assert np.array_equal(merging.count_edges(labels.astype(np.int32), neighbors, 12), expected)


def test_containment_turns_the_forward_edges_round():
    labels = np.array([0, 1, 2])
    forward = np.array([[1], [0], [0]])
    reverse = np.array([[2], [2], [1]])
    expected = [[0, 1, 2], [1, 0, 1], [0, 1, 0]]
    assert merging.count_containment(labels, forward, reverse, 3).tolist() == expected


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wanted", [1, 2, 5, 8, 12])
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


def test_partitions_are_nested():
    labels, forward, reverse = _random(1)
    counts = merging.count_containment(labels, forward, reverse, 12)
    merges = merging.merge(counts, np.bincount(labels, minlength=12))
    finer = merging.partition(merges, 12)
    assert finer.tolist() == list(range(12))
    for k in range(11, 0, -1):
        coarser = merging.partition(merges, k)
        assert coarser.max() == k - 1
        assert len(set(zip(finer, coarser, strict=True))) == k + 1
        finer = coarser


def test_names_of_the_micro_clusters_do_not_matter():
    rng = np.random.default_rng(2)
    # Distinct primes as sizes and counts: no two shares are equal.
    sizes = np.array([101, 103, 107, 109, 113, 127, 131, 137])
    edges = rng.permutation(np.arange(1, 65) * 1009).reshape(8, 8)
    order = rng.permutation(8)
    for k in range(1, 9):
        straight = merging.partition(merging.merge(edges, sizes), k)
        mixed = merging.partition(merging.merge(edges[np.ix_(order, order)], sizes[order]), k)
        assert _as_sets(straight[order]) == _as_sets(mixed)


def test_the_input_is_left_as_it_was():
    edges, sizes = np.arange(9).reshape(3, 3), np.array([3, 2, 1])
    merging.merge(edges, sizes)
    assert np.array_equal(edges, np.arange(9).reshape(3, 3))
    assert np.array_equal(sizes, [3, 2, 1])


def test_an_island_joins_what_it_points_to_not_what_points_to_it():
    # 0: plain ones, 1: twos, 2: ones with a foot.
    edges = np.array([[9000, 0, 5], [0, 9000, 60], [50, 40, 900]])
    merges = merging.merge(edges, np.array([1000, 1000, 100]))
    assert merging.partition(merges, 2).tolist() == [0, 1, 0]


def test_a_small_cluster_joins_before_large_ones_with_more_edges():
    edges = np.array([[0, 500, 0], [500, 0, 0], [20, 0, 0]])
    merges = merging.merge(edges, np.array([5000, 5000, 100]))
    assert merges[0] == merging.Merge(cluster=2, into=0, edges=20, size=100)
    assert merges[0].share == Fraction(1, 5)


def test_of_equal_shares_the_smaller_cluster_then_the_lower_name():
    edges = np.array([[0, 4, 0], [0, 0, 2], [1, 1, 0]])
    assert merging.merge(edges, np.array([4, 2, 1]))[0] == merging.Merge(2, 0, 1, 1)
    assert merging.merge(np.ones((3, 3), dtype=int), np.ones(3, dtype=int))[0].cluster == 0


def test_shares_that_floating_point_cannot_tell_apart():
    large = 3_037_000_499
    edges = np.array([[0, 0, large - 1], [0, 0, large - 2], [0, 0, 0]])
    # (n - 1) / n is above (n - 2) / (n - 1), in the 19th decimal.
    assert (large - 1) / large == (large - 2) / (large - 1)
    sizes = np.array([large, large - 1, 1])
    assert merging.merge(edges, sizes)[0].cluster == 0
    assert merging.merge(edges[[1, 0, 2]], sizes[[1, 0, 2]])[0].cluster == 1


def test_empty_clusters_join_first():
    edges = np.array([[5, 0, 3], [0, 0, 0], [3, 0, 5]])
    merges = merging.merge(edges, np.array([2, 0, 2]))
    assert merges[0] == merging.Merge(cluster=1, into=0, edges=0, size=0)
    assert merges[0].share == 0
    assert merging.partition(merges, 2).tolist() == [0, 0, 1]


def test_parts_without_edges_between_them_are_joined_last():
    edges = np.kron(np.eye(3, dtype=int), np.full((2, 2), 7))
    merges = merging.merge(edges, np.array([5, 5, 4, 4, 3, 3]))
    assert merging.partition(merges, 3).tolist() == [0, 0, 1, 1, 2, 2]
    assert merges[3] == merging.Merge(cluster=4, into=0, edges=0, size=6)


def test_one_micro_cluster_is_its_own_partition():
    merges = merging.merge(np.array([[4]]), np.array([4]))
    assert merges == []
    assert merging.partition(merges, 1).tolist() == [0]


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
