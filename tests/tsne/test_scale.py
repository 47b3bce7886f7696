"""The perplexity of which the map's clusters hold nearest images together."""

import numpy as np
import pytest

from mnist_clustering import limits
from mnist_clustering.tsne import scale

# Thirty heaps of twelve images, each of which has its neighbours in its own heap.
HEAP = np.repeat(np.arange(30), 12)
FEATURES = 1000 * np.eye(30, dtype=np.int16)[HEAP] + np.arange(360, dtype=np.int16)[:, None] % 12


def heaps(order):
    """Make a map on which the images lie in heaps, in a row, with room between these."""
    rng = np.random.default_rng(0)
    return np.stack([10.0 * order, np.zeros(len(order))], axis=1) + rng.normal(0, 0.1, (360, 2))


def chosen(**maps):
    made = {int(name[1:]): positions for name, positions in maps.items()}
    asked = []

    def make(perplexity):
        asked.append(perplexity)
        return made[perplexity]

    found = scale.choose([*made], make, lambda positions: positions, FEATURES)
    assert asked == [*made]
    return found


def test_the_map_whose_clusters_hold_most_neighbours_is_kept():
    good, torn = heaps(HEAP), heaps(np.random.default_rng(1).permutation(HEAP))
    for maps in ({"p5": torn, "p20": good}, {"p5": good, "p20": torn}):
        perplexity, positions, kept = chosen(**maps)
        assert positions is good
        assert kept[perplexity] == max(kept.values()) > 0.9
        assert f"perplexity {perplexity} is kept" in scale.sentence(kept)
    assert chosen(p5=good, p20=good)[0] == 5


def test_where_there_is_nothing_to_choose_nothing_is_compared():
    perplexity, _, kept = chosen(p20=heaps(HEAP))
    assert (perplexity, kept, scale.sentence(kept)) == (20, {}, "")


@pytest.mark.parametrize(
    ("n", "expected"), [(24, [3]), (80, [5, 10]), (19_999, [5, 20]), (20_000, [20])]
)
def test_few_images_leave_more_than_one_open(n, expected):
    assert limits.perplexities("auto", n) == expected
    assert limits.perplexities(12, 20_000) == [12]
