"""A model of few bundled digits, one of whose clusters has no name."""

from dataclasses import replace

import pytest

import place
from mnist_clustering import files
from mnist_clustering.model import fitted as model
from tests.support import fitted as small
from tests.support.real import TEST_IMAGES


@pytest.fixture(scope="session")
def images():
    return TEST_IMAGES[:200]


@pytest.fixture(scope="session")
def model_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.npz"
    named = small.save(path, n=250, k=6)
    files.save_arrays(path, **model.to_arrays(replace(named, names=[*named.names[:5], None])))
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
