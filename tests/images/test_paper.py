"""Ink told from paper under uneven light."""

import numpy as np
import pytest
from scipy import ndimage

from dev.studies import sheets
from mnist_clustering.images import paper


def test_small_pictures_are_enlarged_along_straight_lines():
    steep = np.tile(np.arange(0, 250, 50, dtype=np.uint8), (5, 1))
    large = paper.prepare(steep)
    assert min(large.shape) >= 256
    middle = large[130, 30:-30].astype(int)
    assert set(np.diff(middle).tolist()) <= {0, 1}


def test_large_pictures_are_blurred_evenly():
    spike = np.zeros((513, 513), dtype=np.uint8)
    spike[256, 256] = 255
    smooth = paper.prepare(spike).astype(int)
    assert np.array_equal(smooth, smooth.T)
    assert np.array_equal(smooth, smooth[::-1])
    assert smooth.sum() == pytest.approx(255, rel=0.1)
    assert 0 < smooth.max() < 40
    flat = np.full((600, 400), 77, dtype=np.uint8)
    assert np.array_equal(paper.prepare(flat), flat)


@pytest.mark.parametrize("depth", [0.0, 0.5])
def test_contrast_is_a_share_of_the_paper(depth):
    rng = np.random.default_rng(0)
    ink = np.zeros((400, 400))
    ink[100:300, 190:205] = ink[100:115, 150:205] = 1
    light = sheets.shadow(rng, depth, 0, side=400)
    grey = np.rint(220 * light * (1 - 0.75 * ink)).astype(np.uint8)
    found = paper.contrast(grey)
    inside, outside = ndimage.binary_erosion(ink), ~ndimage.binary_dilation(ink, iterations=3)
    # A stroke across the edge of a shadow is taken for shadow next to it.
    assert np.percentile(np.abs(found[inside].astype(int) - 0.75 * 255), 90) <= 3
    assert found[outside].max() <= 3
    assert np.array_equal(
        paper.contrast(255 - np.rint(220 * (1 - ink)).astype(np.uint8)) > 100, ink
    )


def test_the_closing_is_that_of_scipy_far_from_the_edge():
    grey = np.random.default_rng(0).integers(0, 256, (60, 70)).astype(np.uint8)
    ours = paper._closing(grey, 9)
    theirs = ndimage.grey_closing(grey, (9, 9))
    assert np.array_equal(ours[8:-8, 8:-8], theirs[8:-8, 8:-8])


def test_strokes_are_told_from_faint_lines():
    contrasts = np.zeros((200, 200), dtype=np.uint8)
    contrasts[::10] = 60
    contrasts[50:150, 90:100] = 200
    assert np.array_equal(paper.strokes(contrasts), contrasts == 200)


@pytest.mark.parametrize("blur", [0, 3, 8, 12])
@pytest.mark.parametrize("shade", [30, 190])
def test_ink_is_sharp_though_faint_or_out_of_focus(test_images, blur, shade):
    image = next(filter(sheets.faithful, test_images))
    sheet = sheets.put(sheets.pen(image, 330, 0.1))
    photo = sheets.photograph(np.random.default_rng(0), sheet, ink=(shade, shade, shade))
    contrasts = paper.contrast(paper.prepare(ndimage.gaussian_filter(photo, blur)))
    assert paper.softness(contrasts, paper.strokes(contrasts)) < 0.2


def test_shadows_are_soft():
    y, x = np.indices((400, 400)) / 400 - 0.5
    for reach in (0.2, 0.3):
        shadow = np.clip(100 - np.hypot(y, x / 2) * 100 / reach, 0, 100).astype(np.uint8)
        assert paper.softness(shadow, shadow > 60) == 1
        cut_off = np.where(x > 0, 0, shadow).astype(np.uint8)
        assert 0.5 < paper.softness(cut_off, cut_off > 60) < 0.9


def test_clarity_is_the_share_of_variance_explained():
    rng = np.random.default_rng(0)
    inked = rng.random((50, 50)) < 0.1
    contrasts = np.where(inked, 200, 10) + rng.integers(0, 40, (50, 50))
    means = np.where(inked, contrasts[inked].mean(), contrasts[~inked].mean())
    wanted = means.var() / contrasts.var()
    assert paper.clarity(contrasts.astype(np.uint8), inked) == pytest.approx(wanted)
    assert paper.clarity(np.zeros((3, 3), dtype=np.uint8), np.zeros((3, 3), dtype=bool)) == 0
