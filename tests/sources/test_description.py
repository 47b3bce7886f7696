"""Descriptions of datasets: whole ones are read, each kind of fault is told in one sentence."""

import shutil
from pathlib import Path

import pytest
import yaml

from mnist_clustering.errors import InputError
from mnist_clustering.sources import description, kinds
from tests.support.mirrors import DIGESTS, NAMES
from tests.support.situations import seen

ROOT = Path(__file__).parents[2]
WHOLE = {"files": DIGESTS, "sources": [{"kind": "folder", "location": "~/x"}]}
DIGEST = DIGESTS[NAMES[0]]


@pytest.fixture
def described(tmp_path):
    shutil.copy(ROOT / "datasets" / description.SCHEMA, tmp_path)

    def read(given):
        text = given if isinstance(given, str) else yaml.safe_dump(given)
        (tmp_path / "own.yaml").write_text(text)
        return description.load("own", tmp_path)

    return read


def with_first(digest):
    return WHOLE | {"files": DIGESTS | {NAMES[0]: digest}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "it is empty, but it must be a mapping"),
        ("files: [1\n", "cannot be read as YAML"),
        ({"files": DIGESTS}, "it lacks sources, which idx needs: a list of sources"),
        (WHOLE | {"sources": {"kind": "web"}}, "sources is {'kind': 'web'}, but .* a list of"),
        (WHOLE | {"sources": [{"kind": "web", "url": 7}]}, "sources.0.url is 7, but .* a text"),
        (WHOLE | {"sources": [{"kind": "ftp"}]}, "allowed are the kinds folder"),
        (with_first(""), f"files.{NAMES[0]} is empty, {seen('broken-description')}"),
        (with_first(int("9" * 64)), f"files.{NAMES[0]} is 9+, but .* in quotes"),
        (with_first(DIGEST.upper()), "in lower case and in quotes, as sha256sum FILE prints it"),
        (WHOLE | {"files": [*NAMES]}, r"files is \[.*, but it must be a mapping of names"),
        (WHOLE | {"files": dict(list(DIGESTS.items())[:3])}, f"its files lack {NAMES[3]}"),
        (WHOLE | {"files": DIGESTS | {"more": DIGEST}}, "its files have more, but idx is these"),
        (WHOLE | {"file": {}}, "it has file, but idx takes title, licence"),
        (WHOLE | {"kind": "zip"}, "kind is 'zip', but it must be idx, pictures, arrays or emb"),
        (WHOLE | {"form": "photo"}, "form is 'photo', but it must be handwriting"),
        (WHOLE | {"classes": ["one"]}, "classes is .'one'., but it must be a list of 2 to 254"),
        ({"kind": "pictures", "folder": "x", "files": {}}, "it has files, but pictures takes"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(described, given, words):
    with pytest.raises(InputError, match=words) as caught:
        described(given)
    assert "own.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_whole_one_is_read_and_filled_up(described):
    assert described(WHOLE) == WHOLE | {"kind": "idx", "form": "handwriting"}


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "datasets").glob("*.yaml")))
def test_every_dataset_that_comes_along_is_described_whole(name):
    dataset = description.load(name, ROOT / "datasets")
    assert {"title", "licence", "citation"} <= set(dataset)
    assert all(str(kinds.make(entry)) for entry in dataset.get("sources", []))


def test_an_unknown_name_is_answered_with_those_that_are_known(described, tmp_path):
    described(WHOLE)
    with pytest.raises(InputError, match=r"'other', but .* has own; ") as caught:
        description.load("other", tmp_path)
    assert seen("new-description") in str(caught.value)
    assert str(caught.value).endswith("git add datasets/other.yaml")
