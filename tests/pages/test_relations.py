import numpy as np

from mnist_clustering.pages import relations


def drawn(seed=0, n=60, m=25, k=6, groups=4):
    rng = np.random.default_rng(seed)
    near = np.argsort(rng.random((m, n)), axis=1)[:, :k].astype(np.int32)
    clusters, own = (rng.integers(0, groups, size).astype(np.int32) for size in (n, m))
    return near, clusters, own


def test_agreement_counts_neighbours_of_the_same_cluster():
    near, clusters, own = drawn()
    expected = [sum(clusters[j] == c for j in row) for row, c in zip(near, own, strict=True)]
    assert relations.agreement(near, clusters, own).tolist() == expected


def test_nearest_other_is_the_first_of_another_cluster():
    near, clusters, own = drawn(groups=2, k=3)
    expected = [
        next((j for j in row.tolist() if clusters[j] != c), -1)
        for row, c in zip(near, own, strict=True)
    ]
    assert -1 in expected
    assert relations.nearest_other(near, clusters, own).tolist() == expected


def test_medoids_are_nearest_to_their_centres():
    rng = np.random.default_rng(1)
    positions = rng.integers(-9, 9, (80, 2))
    groups = rng.integers(0, 5, 80).astype(np.int32)
    centres = rng.integers(-9, 9, (7, 2))  # The last two have no members.
    found = relations.medoids(positions, groups, centres)
    for group, row in enumerate(found.tolist()):
        gaps = ((positions - centres[group]) ** 2).sum(axis=1)
        members = np.flatnonzero(groups == group)
        assert row == (members[gaps[members].argmin()] if len(members) else -1)
    assert found[5:].tolist() == [-1, -1]
