"""New images placed on a map fitted to real digits."""

import numpy as np

from mnist_clustering.features import descriptors
from mnist_clustering.model import fitted as model
from mnist_clustering.model import novelty
from tests.support.real import TEST_LABELS


def test_singly_or_together_the_same_bits(fitted, test_images, monkeypatch):
    together = model.apply(fitted, test_images[:40])
    monkeypatch.setattr(model, "_CHUNK", 7)
    for placed in (
        [model.apply(fitted, image[None]) for image in test_images[:40]],
        [model.apply(fitted, test_images[:40])],
    ):
        for name in ("positions", "clusters", "neighbors", "distances"):
            singly = np.concatenate([getattr(part, name) for part in placed])
            assert singly.tobytes() == getattr(together, name).tobytes(), name
        assert [reason for part in placed for reason in part.reasons] == together.reasons


def test_digits_are_recognised(fitted, test_images):
    placed = model.apply(fitted, test_images)
    named = np.array([-1 if name is None else name for name in fitted.names])[placed.clusters]
    assert (named == TEST_LABELS).mean() > 0.8
    assert np.mean([reason is not None for reason in placed.reasons]) < 0.1


def test_pictures_that_few_of_the_images_like_them_bear_out_have_no_answer(fitted, test_images):
    mixed = np.maximum(test_images[:-1] // 2, test_images[1:])
    drawn = np.ones(len(mixed), dtype=bool)
    placed = model.apply(fitted, mixed, drawn=drawn)
    features = descriptors.transform(mixed, fitted.descriptor).astype(np.int64)
    squares = ((features[:, None] - fitted.features[None].astype(np.int64)) ** 2).sum(axis=2)
    local = np.argsort(squares, axis=1, kind="stable")[:, :15]
    clusters = model.clusters_at(fitted, fitted.embedding)[local]
    support = (clusters == placed.clusters[:, None]).sum(axis=1)
    torn = [reason == novelty.TORN for reason in placed.reasons]
    assert any(torn)
    assert (support[torn] < 5).all()
    assert all(n >= 5 for n, reason in zip(support, placed.reasons, strict=True) if reason is None)
    assert novelty.TORN not in model.apply(fitted, mixed).reasons
