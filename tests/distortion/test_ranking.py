"""The image distortion model against plain Python, and its compiled form against NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_clustering.distortion import kernel as distortion_kernel
from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.errors import InputError
from tests.support.real import IMAGES

SIZES = [(8, 8), (28, 28), (7, 11)]


def code(gradients):
    """Code gradients of shape (n, 2, height, width) as `gradient_images` does."""
    horizontal, vertical = gradients[:, 0] & 15, gradients[:, 1] & 15
    return (horizontal | vertical << 4).astype(np.uint8)


def random_gradients(seed, count, size, share=0.5):
    """Make images of gradients, of which a share is not zero."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(-5, 6, size=(count, 2, *size))
    return drawn * (rng.random((count, 1, *size)) < share)


def by_definition(query, point):
    """Sum over pixels the least difference of contexts within two pixels, one by one."""
    (first, second), (height, width) = (image.tolist() for image in (query, point)), query.shape[1:]

    def at(image, y, x):
        inside = 0 <= y < height and 0 <= x < width
        return (image[0][y][x], image[1][y][x]) if inside else (0, 0)

    def gap(y, x, dy, dx):
        total = 0
        for u in (-1, 0, 1):
            for v in (-1, 0, 1):
                a, b = at(first, y + u, x + v)
                c, d = at(second, y + dy + u, x + dx + v)
                total += (a - c) ** 2 + (b - d) ** 2
        return total

    reach = range(-2, 3)
    return sum(
        min(gap(y, x, dy, dx) for dy in reach for dx in reach)
        for y in range(height)
        for x in range(width)
    )


def compiled(queries, points, monkeypatch, *, n_jobs=1, candidates=None):
    """Measure by the compiled kernel, however few the pairs are; rows as in `candidates`."""
    monkeypatch.setattr(distortion, "_FEW", -1)
    if candidates is None:
        candidates = np.tile(np.arange(len(points), dtype=np.int32), (len(queries), 1))
    ranked = distortion.rank(queries, points, candidates, n_jobs=n_jobs)
    distances = np.empty_like(ranked.distances)
    for row, (indices, own) in enumerate(zip(ranked.indices, ranked.distances, strict=True)):
        place = dict(zip(indices, own, strict=True))
        distances[row] = [place[index] for index in candidates[row]]
    return distances


def singly(queries, points):
    return np.stack([distortion.measure_one(query, points) for query in queries])


@pytest.mark.parametrize(("size", "share"), [((8, 8), 0.1), ((4, 9), 1.0)])
def test_both_ways_to_measure_follow_the_definition(size, share, monkeypatch):
    gradients = random_gradients(0, 6, size, share)
    queries, points = gradients[:2], gradients[1:]
    expected = [[by_definition(query, point) for point in points] for query in queries]
    assert singly(code(queries), code(points)).tolist() == expected
    assert compiled(code(queries), code(points), monkeypatch).tolist() == expected
    assert expected[1][0] == 0


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(SIZES),
    st.integers(1, 2 * distortion_kernel.LANES + 1),
    st.sampled_from([0, 0.05, 0.4, 1]),
    st.integers(0, 999),
)
def test_lanes_that_are_not_all_in_use_change_nothing(size, count, share, seed):
    queries = code(random_gradients(seed, 3, size, share))
    points = code(random_gradients(seed + 1, count, size, 1 - share))
    with pytest.MonkeyPatch.context() as patch:
        found = compiled(queries, points, patch)
    assert found.tobytes() == singly(queries, points).tobytes()


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_threads_and_blocks_change_no_bit(n_jobs, monkeypatch):
    coded = distortion.gradient_images(IMAGES[:60])
    expected = singly(coded, coded)
    monkeypatch.setattr(distortion, "_BLOCK", 7)
    assert np.array_equal(compiled(coded, coded, monkeypatch, n_jobs=n_jobs), expected)


def checkerboards(size):
    """Images whose differences and energies are the largest there can be."""
    rows, columns = np.indices(size)
    patterns = [(rows + columns) % 2, rows % 2, columns % 2, np.zeros(size), np.ones(size)]
    signs = np.stack([1 - 2 * pattern.astype(int) for pattern in patterns])
    pairs = [np.stack([a, b]) for a in signs for b in (signs[0], signs[3], -signs[3])]
    return 5 * np.stack([*pairs, np.zeros_like(pairs[0])])


@pytest.mark.parametrize("size", [(8, 8), (28, 28)])
def test_extreme_images_do_not_overflow(size, monkeypatch):
    gradients = checkerboards(size)
    coded = code(gradients)
    found = singly(coded, coded)
    assert compiled(coded, coded, monkeypatch).tobytes() == found.tobytes()
    if size == (8, 8):
        expected = [[by_definition(a, b) for b in gradients[::3]] for a in gradients[::3]]
        assert found[::3, ::3].tolist() == expected


def test_the_largest_distances_add_up_in_16_bits(monkeypatch):
    # Opposite constants: in 9 pixels both gradients differ by 10, which is 1,800 for each pixel
    # that no displacement leads to the border, and 1,350 in the kernel, which leaves out the
    # query's own energy. In 60 such pixels one after the other there are 24 that it adds at once.
    coded = code(np.stack([np.full((2, 12, 66), value) for value in (5, -5)]))
    found = compiled(coded, coded, monkeypatch)
    assert found[0, 1] == found[1, 0] == singly(coded, coded)[0, 1]
    assert found[0, 1] >= 6 * 60 * 1800
    assert found[0, 0] == found[1, 1] == 0


# Ranking


def test_candidates_are_ordered_by_distance_then_index():
    coded = distortion.gradient_images(IMAGES[:30])
    # 7, 3 and 20 are the same image.
    coded[[3, 20]] = coded[7]
    candidates = np.stack([np.roll(np.arange(30), turn)[:25] for turn in range(5)])
    ranked = distortion.rank(coded[:5], coded, candidates.astype(np.int32))
    distances = singly(coded[:5], coded)
    for row, own in enumerate(candidates):
        expected = sorted(own, key=lambda j: (distances[row, j], j))
        assert ranked.indices[row].tolist() == expected
        assert ranked.distances[row].tolist() == distances[row, expected].tolist()
    assert ranked.indices[3, :3].tolist() == [3, 7, 20]
    assert (ranked.indices.dtype, ranked.distances.dtype) == (np.int32, np.int32)
    assert np.array_equal(ranked.first(4).indices, ranked.indices[:, :4])
    assert np.array_equal(ranked.first(4).distances, ranked.distances[:, :4])


@pytest.mark.parametrize(("few", "n_jobs"), [(-1, 2), (10**6, 1)])
def test_reverse_is_the_distance_the_other_way(few, n_jobs, monkeypatch):
    monkeypatch.setattr(distortion, "_FEW", few)
    monkeypatch.setattr(distortion, "_BLOCK", 16)
    coded = distortion.gradient_images(IMAGES[:50])
    distances = singly(coded, coded)
    rng = np.random.default_rng(0)
    candidates = np.stack([rng.permutation(np.delete(np.arange(50), i))[:12] for i in range(50)])
    forward = distortion.rank(coded, coded, candidates.astype(np.int32))
    found = distortion.reverse(coded, forward, 8, n_jobs=n_jobs)
    for i in range(50):
        expected = sorted(forward.indices[i, :8], key=lambda j: (distances[j, i], j))
        assert found.indices[i].tolist() == expected
        assert found.distances[i].tolist() == [distances[j, i] for j in expected]
    known = [i in forward.indices[j] for i in range(50) for j in forward.indices[i, :8]]
    assert 0 < sum(known) < len(known), "some distances are known, others are not"
    assert (found.indices.dtype, found.distances.dtype) == (np.int32, np.int32)


def test_images_of_different_sizes_and_too_few_candidates_are_refused():
    queries, points = np.zeros((1, 8, 8), np.uint8), np.zeros((1, 8, 9), np.uint8)
    with pytest.raises(InputError, match="images of 8 x 8 cannot be compared with those of 8 x 9"):
        distortion.rank(queries, points, np.zeros((1, 1), np.int32))
    distortion.check_candidates(np.zeros((4, 15), np.int32), 15)
    with pytest.raises(
        InputError, match=r"16 neighbours .*distortion\.k.* but 15 were computed.*neighbors\.k"
    ):
        distortion.check_candidates(np.zeros((4, 15), np.int32), 16)
