"""Kinds of sources that there are, and that there are not, and the datasets that come along."""

from pathlib import Path

import pytest

from mnist_clustering.sources import description, kinds

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "datasets").glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_dataset_is_described_whole(name):
    dataset = description.load(name, ROOT / "datasets")
    assert {"title", "licence", "citation"} <= set(dataset)
    assert all(str(kinds.make(entry)) for entry in dataset.get("sources", []))
