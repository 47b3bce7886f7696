"""The fixed sample that criteria and scores of maps are computed from."""

import numpy as np

from mnist_clustering.exact.sampling import fixed_sample


def test_the_sample_is_fixed_spread_out_and_in_order():
    chosen = fixed_sample(60_000, 5000)
    assert np.array_equal(chosen, fixed_sample(60_000, 5000))
    assert (np.diff(chosen) > 0).all()
    assert len(chosen) == 5000
    per_tenth = np.bincount(chosen // 6000, minlength=10)
    assert per_tenth.min() > 400
    assert np.array_equal(fixed_sample(20, 5000), np.arange(20))
