"""Vectors: placed by an independent reference, refused in a sentence, in place of other tools."""

import numpy as np
import pytest

from mnist_clustering import EmbeddingClusters
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
