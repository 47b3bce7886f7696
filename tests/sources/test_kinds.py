"""Kinds of sources that there are, and that there are not, and the datasets that come along."""

from pathlib import Path

import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.sources import description, fetching, kinds
from tests.support.mirrors import collect

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "datasets").glob("*.yaml"))


def test_an_unknown_builtin():
    with pytest.raises(InputError, match="builtin letters: there is no such dataset: the only"):
        collect(kinds.Builtin("letters"))


def test_a_folder_of_nobody_is_not_there():
    with pytest.raises(fetching.Unavailable, match="there is no such folder"):
        kinds.Folder("~nobody-of-this-name/mnist").open({})


@pytest.mark.parametrize("name", SHIPPED)
def test_every_dataset_is_described_whole(name):
    dataset = description.load(name, ROOT / "datasets")
    assert {"title", "licence", "citation"} <= set(dataset)
    assert all(str(kinds.make(entry)) for entry in dataset.get("sources", []))
