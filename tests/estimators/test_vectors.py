"""Vectors: placed by an independent reference, refused in a sentence, in place of other tools."""

import numpy as np
import pytest

from mnist_clustering import EmbeddingClusters
from mnist_clustering.errors import InputError
from mnist_clustering.model import fitted as model
from tests.estimators.conftest import BRIEF
from tests.support.real import PIXELS, TEST_IMAGES

VECTORS = PIXELS[:200] / 255
NEW = TEST_IMAGES[:40].reshape(40, -1) / 255


def test_new_vectors_lie_at_the_median_of_the_exactly_nearest(of_vectors, tmp_path):
    of_vectors.save(tmp_path / "a.npz")
    stored = np.load(tmp_path / "a.npz")
    middle = (VECTORS.max(axis=0) + VECTORS.min(axis=0)) / 2
    step = (VECTORS.max(axis=0) - VECTORS.min(axis=0)).max() / 255
    assert stored["step"] == step
    lowest = middle - 127.5 * step
    rounded = np.clip(np.rint((NEW - lowest) / step), 0, 255)
    centred = rounded - stored["descriptor_pixel_mean"]
    scores = np.rint(
        centred @ stored["descriptor_pixel_loadings"] / stored["descriptor_pixel_divisor"]
    )
    gaps = scores[:, None] - stored["features"].astype(np.float64)
    nearest = np.argsort((gaps * gaps).sum(axis=2), axis=1, kind="stable")[:, :5]
    expected = np.median(of_vectors.embedding_[nearest], axis=1).astype(np.float32)
    assert np.array_equal(of_vectors.transform(NEW), expected)
    centres = stored["centres"] / 1024
    own = ((expected[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (of_vectors.predict(NEW) == stored["clusters"][own]).mean() > 0.97


def test_any_scale_and_offset_gives_the_same_clusters(of_vectors):
    # By powers of two, so that nothing is rounded.
    moved = EmbeddingClusters(**of_vectors.get_params()).fit(VECTORS * 2.0**40)
    assert np.array_equal(moved.labels_, of_vectors.labels_)
    assert np.array_equal(moved.predict(NEW * 2.0**40), of_vectors.predict(NEW))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.where(VECTORS[3] == VECTORS, np.nan, VECTORS), "no numbers .NaN, infinite. in 200 of"),
        (np.ones((30, 4)), "X has 30 rows that are all alike"),
        (np.array([[-1e308, 0.0], [1e308, 1.0]] * 9), "too far apart for float64"),
        (VECTORS[0], "Reshape your data"),
        (VECTORS[:, :1], "1 feature"),
        (VECTORS * 1j, "Complex data not supported"),
        (VECTORS[:3], "n_samples = 3"),
        (VECTORS[:4], "n_clusters is 10, but 4 rows allow"),
    ],
)
def test_what_cannot_be_fitted_is_answered(given, words):
    with pytest.raises(ValueError, match=words):
        EmbeddingClusters(**BRIEF).fit(given)


def test_new_vectors_of_another_kind_are_refused(of_vectors, of_images):
    with pytest.raises(
        ValueError, match="X has 3 features, but EmbeddingClusters is expecting 784"
    ):
        of_vectors.predict(NEW[:, :3])
    with pytest.raises(InputError, match="in 1 of 40 rows"):
        of_vectors.predict(np.where(np.arange(40)[:, None] == 4, np.inf, NEW))
    inner = of_vectors._model
    with pytest.raises(InputError, match=r"places vectors of shape \(n, 784\)"):
        model.to_tiles(inner, NEW[:, :5])
    with pytest.raises(InputError, match=r"no numbers \(NaN, infinite\) in 1 of 40 vectors"):
        model.to_tiles(inner, np.where(np.arange(40)[:, None] == 4, np.nan, NEW))
    with pytest.raises(InputError, match="places images, and no vectors"):
        model.to_tiles(of_images._model, NEW)


def test_far_vectors_are_placed_and_told():
    rng = np.random.default_rng(0)
    near = rng.normal(size=(200, 8))
    found = EmbeddingClusters(3, **BRIEF).fit(near)
    far = near[:3] + 1e9
    assert np.isfinite(found.transform(far)).all()
    told = model.apply(found._model, model.to_tiles(found._model, np.concatenate([far, near])))
    assert set(told.reasons[:3]) == {"unlike the training images"}
    assert sum(reason is None for reason in told.reasons[3:]) > 190


class Topics:
    """The calls of BERTopic 0.17 on its two models: fit, then transform."""

    def __init__(self, umap_model, hdbscan_model):
        self.umap_model, self.hdbscan_model = umap_model, hdbscan_model

    def fit_transform(self, embeddings, y=None):
        self.umap_model.fit(embeddings, y=y)
        reduced = np.nan_to_num(self.umap_model.transform(embeddings))
        self.hdbscan_model.fit(reduced, y=y)
        return self.hdbscan_model.labels_, reduced

    def transform(self, embeddings):
        return self.hdbscan_model.predict(self.umap_model.transform(embeddings))


def test_it_stands_in_for_the_models_of_topic_tools():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(3), 60)
    centres = 8 * rng.normal(size=(3, 12))
    documents = (centres[groups] + rng.normal(size=(180, 12))).astype(np.float32)
    later = (centres[groups[::6]] + rng.normal(size=(30, 12))).astype(np.float32)
    brief = {"perplexity": 10, "iterations": 50}
    tool = Topics(EmbeddingClusters(**brief), EmbeddingClusters(3, **brief))
    topics, reduced = tool.fit_transform(documents)
    assert reduced.shape == (180, 2)
    names = dict(zip(topics.tolist(), groups.tolist(), strict=True))
    assert len(names) == 3
    assert [names[topic] for topic in topics.tolist()] == groups.tolist()
    assert [names[topic] for topic in tool.transform(later).tolist()] == groups[::6].tolist()
