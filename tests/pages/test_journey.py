import hashlib

import numpy as np

from mnist_clustering.pages import journey
from mnist_clustering.pages.compact import compact

RNG = np.random.default_rng(0)
COURSE = {
    "rows": np.array([1, 4, 6], dtype=np.int32),
    "iterations": np.array([0, 5], dtype=np.int32),
    "positions": RNG.standard_normal((2, 3, 2)).astype(np.float32) * [[[0.01]], [[30]]],
}


def maps(images, rows):
    steps, unit = compact(COURSE["positions"][1])
    return {
        "images": np.frombuffer(hashlib.md5(images).digest(), np.uint8),
        "rows": rows,
        "perplexities": np.array([5]),
        "steps": steps[None],
        "units": np.array([unit]),
    }


def test_frames_are_compacted_each_by_itself():
    found = journey.shown(COURSE, maps(b"others", COURSE["rows"]), b"own")
    assert found["steps"].dtype == np.int16
    back = found["steps"] * np.array(found["units"])[:, None, None]
    largest = np.abs(COURSE["positions"]).max(axis=(1, 2))
    gaps = np.abs(back - COURSE["positions"]).max(axis=(1, 2))
    assert (gaps <= largest / 65534 * 1.001).all()
    assert found["others"] is None


def test_maps_of_the_same_images_are_taken_and_of_others_not():
    same = journey.shown(COURSE, maps(b"own", COURSE["rows"]), b"own")["others"]
    assert same["perplexities"] == [5]
    assert journey.shown(COURSE, maps(b"own", COURSE["rows"] + 1), b"own")["others"] is None


def test_a_map_of_one_place_has_a_unit():
    steps, unit = compact(np.zeros((3, 2)))
    assert unit == 1
    assert not steps.any()
