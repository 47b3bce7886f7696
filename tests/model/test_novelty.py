"""Which images are unlike all that the map was made of."""

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

import predict
from mnist_clustering.model import novelty
from tests.support.fitted import png


def test_limits_keep_the_share_asked_for(test_images):
    strange = np.arange(len(test_images), dtype=float)
    limits = novelty.fit(strange, test_images, 0.9, 0.8, 0.9)
    reasons = novelty.judge(strange, test_images, limits)
    assert np.mean([reason == novelty.STRANGE for reason in reasons]) == pytest.approx(
        0.1, abs=0.01
    )
    drawn = novelty.judge(strange, test_images, limits, drawn=True)
    assert np.mean([reason == novelty.STRANGE for reason in drawn]) == pytest.approx(0.2, abs=0.01)
    assert 0.05 < np.mean([reason is not None for reason in reasons]) <= 0.21
    everything = novelty.fit(strange, test_images, 1, 1, 1)
    assert not any(novelty.judge(strange, test_images, everything))


def test_strange_is_far_and_farther_than_usual_and_between_clusters():
    near = [[4, 4, 4, 4]]
    (usual,) = novelty.novelty_score(np.array([8]), np.array(near), np.array([[1, 1, 1, 1]]))
    assert usual == 8 * 8 / 4
    for distance, reach, clusters, times in (
        (16, 4, [1, 1, 1, 1], 4),
        (8, 2, [1, 1, 1, 1], 2),
        (8, 4, [1, 2, 1, 3], 2),
        (8, 4, [7, 9, 9, 9], 4 / 3),
    ):
        reaches = np.full((1, 4), reach)
        (found,) = novelty.novelty_score(np.array([distance]), reaches, np.array([clusters]))
        assert found == pytest.approx(times * usual)
    # Copies of one image: no division by nothing.
    alike = novelty.novelty_score(np.array([0]), np.zeros((1, 4), dtype=int), np.ones((1, 4)))
    assert alike.tolist() == [0]


def test_reasons():
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[1:, 4:24, 10:18] = np.array([255, 255, 60])[:, None, None]
    limits = novelty.Limits(score=100.5, pictures=99.5, fullness=0.5)
    reasons = novelty.judge(np.array([5, 101, 100.5, 100]), images, limits)
    assert reasons == [novelty.BLANK, novelty.STRANGE, None, novelty.GREY]
    drawn = np.array([False, False, True, False])
    reasons = novelty.judge(np.array([5, 101, 100.5, 100]), images, limits, drawn)
    assert reasons == [novelty.BLANK, novelty.STRANGE, novelty.STRANGE, novelty.GREY]


def test_blanks_noise_and_photographs_are_not_digits(fitted, tmp_path):
    rng = np.random.default_rng(0)
    photo = np.asarray(Image.fromarray(load_sample_image("china.jpg")).convert("L"))
    arrays = {
        "blank": np.broadcast_to(np.arange(0, 256, 36)[:, None, None], (8, 28, 28)),
        "noise": rng.integers(0, 256, (8, 28, 28)),
        "salt": np.where(rng.random((8, 28, 28)) < 0.2, 255, 0),
        "photo": np.stack([photo[y : y + 28, y : y + 28] for y in range(0, 390, 50)]),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array.astype(np.uint8))
        sources = [predict.read(tmp_path / f"{name}.npy")]
        files = [png(grey.astype(np.uint8), tmp_path, f"{i}.png") for i, grey in enumerate(array)]
        for given_as in (sources, [predict.read(picture) for picture in files]):
            found = predict.predict(given_as, fitted)
            assert np.mean([row["label"] is None for row in found]) >= 7 / 8, name
