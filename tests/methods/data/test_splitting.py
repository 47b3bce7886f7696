"""Parts: proportional to the image, drawn by the seed, and as the split stage takes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import common, split
from stages.methods.data import digits, idx, splitting
from stages.methods.errors import InputError

DIGITS = digits.load()
LABELS = np.concatenate([DIGITS["train_labels"], DIGITS["test_labels"]])


def assert_proportional(labels, whole):
    """Assert that each digit has its share, give or take one image."""
    counts = np.bincount(labels, minlength=10)
    shares = np.bincount(whole, minlength=10) * len(labels) / len(whole)
    assert np.abs(counts - shares).max() < 1


@settings(max_examples=25, deadline=None)
@given(st.integers(10, 1700), st.integers(0, 999))
def test_every_digit_has_its_share_to_the_image(size, seed):
    train, test = splitting.stratified(LABELS, size, seed)
    assert (len(train), len(test)) == (len(LABELS) - size, size)
    assert_proportional(LABELS[test], LABELS)
    assert (np.diff(test) > 0).all()
    assert (np.diff(train) > 0).all()
    half = max(10, len(train) // 2)
    part = splitting.stratified_part(LABELS, train, half, seed, "train")
    assert_proportional(LABELS[part], LABELS[train])
    assert (np.diff(part) > 0).all()


def test_the_seed_draws_other_parts():
    every = np.arange(len(LABELS))

    def drawn(seed):
        part = splitting.stratified_part(LABELS, every, 500, seed, "train")
        return [*splitting.stratified(LABELS, 300, seed), part]

    assert all(np.array_equal(a, b) for a, b in zip(drawn(3), drawn(3), strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(drawn(3), drawn(4), strict=True))


@pytest.mark.parametrize("size", [0, 9, 1788, 1796, 1798])
def test_a_part_must_be_able_to_show_every_digit(size):
    every = np.arange(len(LABELS))
    with pytest.raises(InputError, match=f"split.train_size is {size}, .*: ask for 10 to 1787, or"):
        splitting.stratified_part(LABELS, every, size, 0, "train")
    for allowed in (10, 1787, 1797):
        part = splitting.stratified_part(LABELS, every, allowed, 0, "train")
        assert len(np.unique(LABELS[part])) == 10


@pytest.mark.parametrize(
    ("method", "sizes"),
    [("official", (1437, 360)), ("validation", (1198, 239)), ("stratified", (1437, 360))],
)
def test_the_split_stage_takes_images_and_labels_together(tmp_path, monkeypatch, method, sizes):
    monkeypatch.chdir(tmp_path)
    (tmp_path / split.RAW).mkdir(parents=True)
    for ours, theirs in (("train", "train"), ("test", "t10k")):
        for kind, name in (("images", "images-idx3"), ("labels", "labels-idx1")):
            path = tmp_path / split.RAW / f"{theirs}-{name}-ubyte"
            path.write_bytes(idx.encode(DIGITS[f"{ours}_{kind}"]))
    params = {"method": method, "seed": 1, "train_size": None, "test_size": None}
    monkeypatch.setattr(common, "load_params", lambda section: params)
    split.main()

    images = np.concatenate([DIGITS["train_images"], DIGITS["test_images"]])
    taken = []
    for part, size in zip(("train", "test"), sizes, strict=True):
        indices = np.load(f"{split.SPLIT}/{part}_indices.npy")
        assert len(indices) == size
        assert np.array_equal(np.load(f"{split.SPLIT}/{part}_images.npy"), images[indices])
        assert np.array_equal(np.load(f"{split.SPLIT}/{part}_labels.npy"), LABELS[indices])
        taken.extend(indices.tolist())
    # The official test images are never looked at while params are chosen.
    assert sorted(taken) == list(range(1437 if method == "validation" else 1797))
    assert (taken == sorted(taken)) == (method != "stratified")
