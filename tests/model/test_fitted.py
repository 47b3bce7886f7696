"""New images placed on a map fitted to real digits."""

import numpy as np

from mnist_clustering.model import fitted as model
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
