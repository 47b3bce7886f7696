"""What the stages share: params and errors."""

import errno
import sys
from pathlib import Path

import pytest

from mnist_clustering import files
from mnist_clustering.errors import InputError
from stages import common
from stages.workspace import set_params
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


def test_params_come_by_section_or_by_key(folder):
    assert common.load_params("kmeans")["k"] == 10
    assert common.load_params("tsne", "seed", "exaggeration") == {"seed": 0, "exaggeration": 4}


@pytest.mark.parametrize(
    ("section", "old", "new", "sentence"),
    [
        ("kmeans", "k: 10 ", "k: 0 ", "kmeans.k is 0, but it must be a whole number of clusters"),
        ("kmeans", "k: 10 ", "kk: 10 ", "kmeans has no param kk: it takes k, max_iter, n_init, "),
        ("tsne", "perplexity: auto", "perplexity: lots", "tsne.perplexity is 'lots', but it must"),
        ("tsne", "theta: 1.2", "theta: 9", "tsne.map_3d.theta is 9, but it must be a number from"),
        ("elbow", "  k_min: 2  ", "  # ", "elbow lacks k_min; edit it"),
        ("features", "deskew: true", "deskew: 1", "features.deskew is 1, but it must be true or"),
        # Those that do not fit one another.
        ("tsne", "perplexity: auto", "perplexity: 51", f"tsne.perplexity is 51, {seen('misfit')}"),
        ("elbow", "k_min: 2 ", "k_min: 21 ", "elbow.k_min is 21, for which elbow.k_max must be 21"),
    ],
)
def test_params_that_do_not_fit_one_another(folder, section, old, new, sentence):
    before, mark, rest = (folder / "params.yaml").read_text().partition(f"\n{section}:\n")
    assert old in rest
    (folder / "params.yaml").write_text(before + mark + rest.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        common.load_params(section)
    assert str(error.value).startswith(f"params.yaml: {sentence}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"params\.yaml is empty; edit it, or take back"),
        (b"tsne: {seed: 1}\n", r"params\.yaml has no section kmeans"),
        (b"kmeans: [1", r"is no YAML: line 2, column \d+: .*; edit it, or take back"),
        (b"- 1", r"is list instead of sections by name"),
        ("kmeans: ä".encode("latin-1"), "is not in UTF-8"),
        (None, r"is missing; have it back by git checkout params\.yaml"),
        # The first stage refuses what a later one would.
        (b"kmeans: {k: 3}\nkmean: {k: 3}\n", r"there is no section kmean: .*bundle, distortion"),
        (b"kmeans: {k: 3}\ndraw: {dpi: fine}\n", r"draw\.dpi is 'fine', but it must.*git checkout"),
    ],
)
def test_what_is_no_params_file_is_told_in_one_sentence(folder, content, sentence):
    (folder / "params.yaml").unlink()
    if content is not None:
        (folder / "params.yaml").write_bytes(content)
    with pytest.raises(InputError, match=sentence) as error:
        common.load_params("kmeans", "k")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("k is 0"), "k is 0"),
        (OSError(errno.ENOSPC, "No space left", "a.npy"), f"{seen('disk')} .*a.npy.*: make room"),
        (MemoryError("Unable to allocate 9 TiB"), f"{seen('memory')} .Unable to allocate 9 TiB"),
        (KeyboardInterrupt(), seen("interrupted")),
    ],
)
def test_errors_of_the_world_are_one_sentence(noted, monkeypatch, error, sentence):
    monkeypatch.setattr(sys, "argv", ["stages/some.py", "2"])

    def main(word):
        assert word == "2"
        raise error

    with pytest.raises(SystemExit, match=f"some: {sentence}"):
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


def test_a_number_that_follows_from_another_fits_it(folder):
    set_params(folder / "params.yaml", {"tsne.perplexity": 50})
    assert common.load_params("tsne", "perplexity") == {"perplexity": 50}
