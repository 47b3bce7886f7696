"""Kinds of sources that there are, and that there are not."""

import re
from pathlib import Path

import pytest
import yaml

from stages.methods.errors import InputError
from stages.sources import fetching, kinds
from tests.support.mirrors import NAMES, collect

ROOT = Path(__file__).parents[2]


def test_an_unknown_builtin():
    with pytest.raises(InputError, match="builtin letters: there is no such dataset: the only"):
        collect(kinds.Builtin("letters"))


def test_a_folder_of_nobody_is_not_there():
    with pytest.raises(fetching.Unavailable, match="there is no such folder"):
        kinds.Folder("~nobody-of-this-name/mnist").open({})


@pytest.mark.parametrize("path", sorted((ROOT / "stages/datasets").glob("*.yaml")), ids=str)
def test_every_dataset_is_described_whole(path):
    dataset = yaml.safe_load(path.read_text())
    assert set(dataset) == {"title", "licence", "citation", "files", "sources"}
    assert set(dataset["files"]) == set(NAMES)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in dataset["files"].values())
    assert all(str(kinds.make(entry)) for entry in dataset["sources"])
