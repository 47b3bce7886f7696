"""Descriptors: weighted blocks side by side, of any image."""

import numpy as np
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.features import descriptors
from tests.support.real import FEW


@pytest.mark.parametrize("deskewed", [True, False])
def test_descriptor_sets_weighted_blocks_side_by_side(deskewed):
    blocks = [
        descriptors.Block("gradient", 6, 1.0),
        descriptors.Block("concavity", 0, 0),
        descriptors.Block("pixel", 4, 0.5),
    ]
    fitted, found = descriptors.fit_transform(FEW, blocks, deskewed=deskewed, whiten=True)
    assert np.array_equal(found, descriptors.transform(FEW, fitted))
    assert found.shape == (len(FEW), 10)
    spread = [np.sqrt(found[:, columns].var(axis=0).sum()) for columns in (slice(6), slice(6, 10))]
    assert spread[1] / spread[0] == pytest.approx(0.5, rel=0.02)
    again = descriptors.from_arrays(descriptors.to_arrays(fitted))
    assert np.array_equal(descriptors.transform(FEW, again), found)


def test_no_block_at_all_is_refused():
    blocks = [descriptors.Block("gradient", 4, 0), descriptors.Block("pixel", 4, 0)]
    with pytest.raises(InputError, match="all blocks"):
        descriptors.fit_transform(FEW, blocks, deskewed=True, whiten=True)
