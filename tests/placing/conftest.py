"""A model of bundled digits, on a map that is no more than two of their components."""

import numpy as np
import pytest

import place
from mnist_clustering import files
from mnist_clustering.clustering import kmeans
from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.exact.grid import snap
from mnist_clustering.features import descriptors
from mnist_clustering.features.deskew import deskew
from mnist_clustering.model import fitted as model
from mnist_clustering.model import novelty
from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.sources import digits

N = 250


@pytest.fixture(scope="session")
def images():
    return digits.load()["test_images"]


@pytest.fixture(scope="session")
def fitted():
    train = digits.load()["train_images"][:N]
    blocks = [descriptors.Block("gradient", 20, 1.0)]
    described, features = descriptors.fit_transform(train, blocks, deskewed=True, whiten=False)
    _, distances = neighbors.nearest(features, k=5)
    embedding = (features[:, :2] / 64).astype(np.float32)
    centres = kmeans.fit(snap(embedding), 12, n_init=2, max_iter=50, seed=0).centres
    limit = 2 * float(np.quantile(distances, 0.9))
    return model.Model(
        descriptor=described,
        features=features,
        gradients=distortion.gradient_images(deskew(train)),
        embedding=embedding,
        centres=centres,
        clusters=np.arange(12, dtype=np.int32) // 2,
        names=[0, 1, 2, 3, 4, None],
        reaches=distances[:, -1].astype(np.int32),
        n_candidates=20,
        n_neighbors=5,
        limits=novelty.Limits(score=limit, pictures=limit, fullness=0.3),
        dataset="digits",
        form="handwriting",
    )


@pytest.fixture(scope="session")
def model_path(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.npz"
    files.save_arrays(path, **model.to_arrays(fitted))
    return path


@pytest.fixture
def run(model_path, tmp_path, monkeypatch):
    """Run place.py in an empty folder: returns its exit status and the folder of results."""
    monkeypatch.chdir(tmp_path)

    def run(*words, output="placed", on="here", block=40, code=0):
        where = ["--model", model_path, "-o", output, "--on", on, "--block", block]
        assert place.main([str(word) for word in [*where, *words]]) == code
        return tmp_path / output

    return run
