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


def test_blocks_of_images_change_nothing(monkeypatch):
    expected = distortion.gradient_images(IMAGES[:20])
    assert expected.shape == (20, 24, 24)
    monkeypatch.setattr(distortion, "_BLOCK", 3)
    assert distortion.gradient_images(IMAGES[:20]).tobytes() == expected.tobytes()
    assert distortion.gradient_images(IMAGES[:0]).shape == (0, 24, 24)
