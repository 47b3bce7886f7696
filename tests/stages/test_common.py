"""What the stages share: params and errors."""

import errno
import re
import sys
from pathlib import Path

import pytest

from mnist_clustering import files
from mnist_clustering.errors import InputError
from stages import common
from tests.support.situations import seen

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder with the schema and the params of the project."""
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "params.schema.json"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"))
    (tmp_path / "stages").mkdir()
    return tmp_path


@pytest.fixture
def noted(folder):
    """Note that the script some.py runs no code at all."""
    files.save_json("data/code/some.json", {"modules": {}, "libraries": {}})


def edit(folder, old, new):
    text = (folder / "params.yaml").read_text()
    assert old in text
    (folder / "params.yaml").write_text(text.replace(old, new, 1))


def test_params_come_by_section_or_by_key(folder):
    assert common.load_params("kmeans")["k"] == 10
    assert common.load_params("tsne", "seed", "exaggeration") == {"seed": 0, "exaggeration": 4}


@pytest.mark.parametrize(
    ("section", "old", "new", "sentence"),
    [
        (
            "kmeans",
            "k: 10 ",
            "k: 0 ",
            "kmeans.k is 0, but it must be a whole number of clusters from 1 to 1000",
        ),
        (
            "kmeans",
            "k: 10 ",
            "kk: 10 ",
            "kmeans has no param kk: it takes k, max_iter, n_init, seed",
        ),
        (
            "tsne",
            "perplexity: 20",
            "perplexity: lots",
            "tsne.perplexity is 'lots', but it must be a",
        ),
        ("tsne", "theta: 1.2", "theta: 9", "tsne.map_3d.theta is 9, but it must be a number from"),
        (
            "recluster",
            "k: 10 ",
            "k: often ",
            "recluster.k is 'often', but it must be a whole number",
        ),
        ("elbow", "  k_min: 2  ", "  # ", "elbow lacks k_min; edit it"),
        ("features", "deskew: true", "deskew: 1", "features.deskew is 1, but it must be true or"),
    ],
)
def test_a_wrong_param_is_told_in_one_sentence(folder, section, old, new, sentence):
    before, mark, rest = (folder / "params.yaml").read_text().partition(f"\n{section}:\n")
    assert old in rest
    (folder / "params.yaml").write_text(before + mark + rest.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        common.load_params(section)
    assert str(error.value).startswith(f"params.yaml: {sentence}")
    assert "\n" not in str(error.value)


def test_a_missing_section_is_told(folder):
    (folder / "params.yaml").write_text("")
    with pytest.raises(InputError, match=r"params\.yaml is empty; edit it, or take back"):
        common.load_params("kmeans")
    (folder / "params.yaml").write_text("tsne: {seed: 1}\n")
    with pytest.raises(InputError, match=r"params\.yaml has no section kmeans"):
        common.load_params("kmeans")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kmeans: [1", r"is no YAML: line 2, column \d+: .*; edit it, or take back"),
        ("- 1", r"is list instead of sections by name"),
        ("kmeans: \x00", r"is no YAML: .*; edit it"),
    ],
)
def test_what_is_no_params_file_is_told_in_one_sentence(folder, text, sentence):
    (folder / "params.yaml").write_text(text)
    with pytest.raises(InputError, match=sentence) as error:
        common.load_params("kmeans")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_another_encoding_are_told(folder):
    (folder / "params.yaml").write_bytes("kmeans: ä".encode("latin-1"))
    with pytest.raises(InputError, match="is not in UTF-8"):
        common.load_params("kmeans")
    (folder / "params.yaml").unlink()
    with pytest.raises(InputError, match=r"is missing; have it back by git checkout params\.yaml"):
        common.load_params("kmeans")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("k is 0"), "some: k is 0"),
        (
            OSError(errno.ENOSPC, "No space left on device", "a.npy"),
            f"some: {seen('disk')} .*a.npy.*: make room",
        ),
        (
            MemoryError("Unable to allocate 9 TiB"),
            f"some: {seen('memory')} .Unable to allocate 9 TiB",
        ),
        (KeyboardInterrupt(), f"some: {seen('interrupted')}"),
    ],
)
def test_errors_of_the_world_are_one_sentence(noted, monkeypatch, error, sentence):
    monkeypatch.setattr(sys, "argv", ["stages/some.py", "2"])

    def main(word):
        assert word == "2"
        raise error

    with pytest.raises(SystemExit, match=sentence):
        common.run(main)


def test_faults_of_the_code_keep_their_traceback(noted, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stages/some.py"])

    def main():
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        common.run(main)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--help"], 0, "usage: python -m stages.some N_DIMS"),
        (["2", "-h"], 0, "usage: python -m stages.some N_DIMS"),
        ([], "some: nothing is not what it takes; usage: python -m stages.some N_DIMS", ""),
        (["2", "3"], "some: 2 3 is not what it takes; usage: python -m stages.some N_DIMS", ""),
    ],
)
def test_no_stage_starts_when_asked_how_to_start_it(monkeypatch, capsys, words, code, sentence):
    monkeypatch.setattr(sys, "argv", ["stages/some.py", *words])
    called = []

    def main(n_dims):
        called.append(n_dims)

    with pytest.raises(SystemExit) as end:
        common.run(main)
    assert end.value.code == code
    assert capsys.readouterr().out.startswith(sentence)
    assert not called


def test_the_first_stage_refuses_what_a_later_one_would(folder):
    edit(folder, "  dpi: ", "  dpi: fine  # ")
    with pytest.raises(InputError, match=r"draw\.dpi is 'fine', but it must be .*git checkout"):
        common.load_params("kmeans", "k")
    (folder / "params.yaml").write_text("kmeans: {k: 3}\nkmean: {k: 3}\n")
    with pytest.raises(InputError, match=r"there is no section kmean: .*bundle, distortion"):
        common.load_params("kmeans", "k")


@pytest.mark.parametrize(
    ("section", "old", "new", "sentence"),
    [
        (
            "tsne",
            "perplexity: 20",
            "perplexity: 51",
            f"tsne.perplexity is 51, {seen('misfit')}",
        ),
        (
            "distortion",
            "k: auto",
            "k: 59",
            "20, for which distortion.k must be 60 or more, but it is",
        ),
        (
            "neighbors",
            " k: 150",
            " k: 59",
            "for which neighbors.k must be 60 or more, but it is 59",
        ),
        (
            "elbow",
            "k_min: 2 ",
            "k_min: 21 ",
            "for which elbow.k_max must be 21 or more, but it is 20",
        ),
    ],
)
def test_params_that_do_not_fit_one_another(folder, section, old, new, sentence):
    text = (folder / "params.yaml").read_text()
    start = text.index(f"\n{section}:")
    (folder / "params.yaml").write_text(text[:start] + text[start:].replace(old, new, 1))
    with pytest.raises(InputError, match=re.escape(sentence)):
        common.load_params("kmeans")


def test_a_number_that_follows_from_another_fits_it(folder):
    edit(folder, "  perplexity: 20", "  perplexity: 50")
    assert common.load_params("tsne", "perplexity") == {"perplexity": 50}
