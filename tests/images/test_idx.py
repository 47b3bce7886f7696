"""The IDX format: what is written is read back, and nothing else is read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnist_clustering.errors import InputError
from mnist_clustering.images import idx
from mnist_clustering.sources import digits

SHAPES = arrays.array_shapes(min_dims=1, max_dims=1, min_side=0) | arrays.array_shapes(
    min_dims=3, max_dims=3, min_side=0
)
ARRAYS = arrays.arrays(np.uint8, SHAPES)
LABELS = bytes.fromhex("00000801 00000003 070201")
IMAGES = bytes.fromhex("00000803 00000001 00000002 00000003 000102 0304ff")


@given(ARRAYS)
def test_round_trip(array):
    decoded = idx.decode(idx.encode(array))
    assert decoded.dtype == np.uint8
    assert decoded.shape == array.shape
    assert np.array_equal(decoded, array)


@given(ARRAYS, st.data())
def test_no_other_length_is_read(array, data):
    whole = idx.encode(array)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    for wrong in (cut, whole + data.draw(st.binary(min_size=1, max_size=9))):
        with pytest.raises(InputError):
            idx.decode(wrong)


def test_hand_made_files():
    assert idx.decode(LABELS).tolist() == [7, 2, 1]
    assert idx.decode(IMAGES).tolist() == [[[0, 1, 2], [3, 4, 255]]]
    assert idx.encode(np.array([7, 2, 1], dtype=np.uint8)) == LABELS
    assert idx.encode(np.array([[[0, 1, 2], [3, 4, 255]]], dtype=np.uint8)) == IMAGES


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", r"raw starts with the bytes \(none\), but"),
        (b"\x1f\x8b\x08\x00" + bytes(20), "1f 8b 08 00"),
        (b"\x00\x00\x08\x02" + bytes(20), r"00 00 08 03 \(images\)"),
        (IMAGES[:9], "raw ends after 9 bytes, within its header of 16"),
        (IMAGES[:-1], r"raw has 21 bytes, .* images of shape \(1, 2, 3\), which take 22"),
        (LABELS + b"\n", r"raw has 12 bytes, .* labels of shape \(3,\), which take 11"),
    ],
)
def test_bad_files_are_named(data, sentence):
    with pytest.raises(InputError, match=sentence):
        idx.decode(data, "raw")


def test_enlarged_digits_keep_their_pixels():
    """Interpolation passes through the given pixels, and runs linearly between them."""
    original = np.random.default_rng(0).integers(0, 17, (5, 8, 8))
    enlarged = digits.enlarge(original)
    at = 3 * np.arange(8) + 3
    given_pixels = np.floor(original * 255 / 16 + 0.5)
    assert enlarged.shape == (5, 28, 28)
    assert np.array_equal(enlarged[:, at[:, None], at], given_pixels)
    between = (2 * original[:, :, :-1] + original[:, :, 1:]) * 255 / 48
    assert np.abs(enlarged[:, at[:, None], at[:-1] + 1] - between).max() <= 0.5
    assert not enlarged[:, [0, 27]].any()
    assert not enlarged[:, :, [0, 27]].any()
