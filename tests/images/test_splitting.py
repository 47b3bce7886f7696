"""Parts of a dataset: proportional to the image, and drawn by the seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_clustering.errors import InputError
from mnist_clustering.images import splitting
from tests.support.real import ALL_LABELS


def assert_proportional(labels, whole):
    """Assert that each digit has its share, give or take one image."""
    counts = np.bincount(labels, minlength=10)
    shares = np.bincount(whole, minlength=10) * len(labels) / len(whole)
    assert np.abs(counts - shares).max() < 1


@settings(max_examples=10, deadline=None)
@given(st.integers(10, 1700), st.integers(0, 999))
def test_every_digit_has_its_share_to_the_image(size, seed):
    train, test = splitting.stratified(ALL_LABELS, size, seed)
    assert (len(train), len(test)) == (len(ALL_LABELS) - size, size)
    assert sorted([*train, *test]) == list(range(len(ALL_LABELS)))
    assert_proportional(ALL_LABELS[test], ALL_LABELS)
    assert (np.diff(test) > 0).all()
    assert (np.diff(train) > 0).all()
    half = max(10, len(train) // 2)
    part = splitting.stratified_part(ALL_LABELS, train, half, seed, "train")
    assert set(part) <= set(train)
    assert_proportional(ALL_LABELS[part], ALL_LABELS[train])
    assert (np.diff(part) > 0).all()


@pytest.mark.parametrize("n", [2, 3, 5, 6, 11, 12, 39])
def test_few_images_of_many_classes_are_split_too(n):
    for labels in (ALL_LABELS[:n], np.full(n, -1), np.arange(n), np.arange(n) // 2):
        parts = splitting.split("official", labels, n, 0, seed=0)
        assert sorted([*parts["train"], *parts["test"]]) == list(range(n))
        assert len(parts["test"]) == max(n // 6, 1)


def test_the_seed_draws_other_parts():
    every = np.arange(len(ALL_LABELS))

    def drawn(seed):
        part = splitting.stratified_part(ALL_LABELS, every, 500, seed, "train")
        return [*splitting.stratified(ALL_LABELS, 300, seed), part]

    assert all(np.array_equal(a, b) for a, b in zip(drawn(3), drawn(3), strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(drawn(3), drawn(4), strict=True))


@pytest.mark.parametrize("size", [0, 9, 1788, 1796, 1798])
def test_a_part_must_be_able_to_show_every_digit(size):
    every = np.arange(len(ALL_LABELS))
    with pytest.raises(InputError, match=f"split.train_size is {size}, .*: ask for 10 to 1787, or"):
        splitting.stratified_part(ALL_LABELS, every, size, 0, "train")
    for allowed in (10, 1787, 1797):
        part = splitting.stratified_part(ALL_LABELS, every, allowed, 0, "train")
        assert len(np.unique(ALL_LABELS[part])) == 10
