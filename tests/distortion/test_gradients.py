"""Gradients in rounded levels, from which the distortion is measured."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from mnist_clustering.distortion import ranking as distortion
from tests.support.real import IMAGES

SIZES = [(8, 8), (20, 28), (28, 28), (7, 11), (14, 14), (42, 30)]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(SIZES), st.integers(0, 999))
def test_gradients_are_scipys_sobel_in_rounded_levels(size, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (3, *size)) * (rng.random((3, *size)) < 0.7)
    found = distortion.decode(distortion.gradient_images(images.astype(np.uint8)))
    top, left = size[0] // 14, size[1] // 14
    for image, gradients in zip(images, found, strict=True):
        for axis, gradient in zip((1, 0), gradients, strict=True):
            response = ndimage.sobel(image.astype(int), axis=axis, mode="constant")
            # Halves away from zero: one level is a response of 204.
            level = [[_rounded(int(value), 204) for value in row] for row in response]
            assert gradient.tolist() == [
                row[left : size[1] - left] for row in level[top : size[0] - top]
            ]


def _rounded(value, unit):
    whole, rest = divmod(abs(value), unit)
    return (whole + (2 * rest >= unit)) * (1 if value > 0 else -1)


def test_halves_are_rounded_away_from_zero():
    # In the middle of a vertical edge of height h the response is 4 h, a half of a level is 102.
    for height, level in ((25, 0), (26, 1), (76, 1), (77, 2), (255, 5)):
        image = np.zeros((1, 8, 8), dtype=np.uint8)
        image[0, :, 4:] = height
        gradients = distortion.decode(distortion.gradient_images(image))[0]
        assert gradients[0, 4, 3] == level
        flipped = distortion.decode(distortion.gradient_images(image[:, :, ::-1]))[0]
        assert flipped[0, 4, 4] == -level
    # Beside a single pixel of 51 the response is 102, exactly half a level.
    exact = np.zeros((1, 8, 8), dtype=np.uint8)
    exact[0, 4, 5] = 51
    gradients = distortion.decode(distortion.gradient_images(exact))[0]
    assert (gradients[0, 4, 4], gradients[0, 4, 6]) == (1, -1)
    assert (gradients[1, 3, 5], gradients[1, 5, 5]) == (1, -1)


def test_every_pair_of_levels_comes_back():
    levels = np.arange(-5, 6)
    pairs = np.stack(np.meshgrid(levels, levels, indexing="ij"))[None]
    horizontal, vertical = pairs[:, 0] & 15, pairs[:, 1] & 15
    found = distortion.decode((horizontal | vertical << 4).astype(np.uint8))
    assert found.dtype == np.int8
    assert np.array_equal(found, pairs)


def test_blocks_of_images_change_nothing(monkeypatch):
    expected = distortion.gradient_images(IMAGES[:20])
    assert expected.shape == (20, 24, 24)
    monkeypatch.setattr(distortion, "_BLOCK", 3)
    assert distortion.gradient_images(IMAGES[:20]).tobytes() == expected.tobytes()
    assert distortion.gradient_images(IMAGES[:0]).shape == (0, 24, 24)
