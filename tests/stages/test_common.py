"""What the stages share: params, versions, outputs that are whole or not there, errors."""

import errno
import json
import os
import re
import shutil
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from mnist_clustering import files, progress
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
        ("elbow", "  k_min: 2  ", "  # ", "elbow lacks a param: 'k_min' is a required property"),
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
    with pytest.raises(InputError, match=r"params\.yaml: kmeans is None, but it must be"):
        common.load_params("kmeans")


def test_other_library_versions_are_refused(folder):
    common.check_versions(())
    (folder / "stages" / "versions.yaml").write_text(f'numpy: "{version("numpy")}"\n')
    common.check_versions(("numpy",))
    with pytest.raises(InputError, match=r"results are cached for scipy None"):
        common.check_versions(("numpy", "scipy"))
    (folder / "stages" / "versions.yaml").write_text('numpy: "1.0"\n')
    with pytest.raises(InputError, match=r"numpy .* is installed, but .* numpy 1\.0: install req"):
        common.check_versions(("numpy",))


def write_half(path, error):
    with files.output(path) as temporary:
        temporary.write_text("half a fi")
        raise error


def test_an_output_is_whole_or_not_there(folder):
    files.save_json("deep/down/a.json", {"a": 1})
    full = OSError(errno.ENOSPC, "No space left on device")
    for error in (full, ValueError("a fault"), KeyboardInterrupt()):
        with pytest.raises(InputError if error is full else type(error)):
            write_half("deep/down/a.json", error)
        assert json.loads(Path("deep/down/a.json").read_text()) == {"a": 1}
        assert [path.name for path in Path("deep/down").iterdir()] == ["a.json"]


def test_a_full_disk_leaves_no_array(folder, monkeypatch):
    def save(file, *_args, **_options):
        file.write(b"\x93NUMPY")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", save)
    with pytest.raises(InputError, match="no space left"):
        files.save_array("x.npy", np.arange(3))
    assert not list(folder.glob("*.npy"))
    assert not list(folder.glob(".*partial"))


def rows_until_the_disk_is_full():
    yield 1, 2
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", lambda path: files.save_table(path, "xy", rows_until_the_disk_is_full())),
        ("a.npz", lambda path: files.save_arrays(path, x=np.arange(3), y=np.eye(2))),
        ("a.json", lambda path: files.save_json(path, {"a": float("nan")})),
    ],
)
def test_a_writer_that_fails_half_way_leaves_the_file_before(folder, monkeypatch, name, write):
    real = np.save

    def save(file, array, **options):
        if array.ndim == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(file, array, **options)

    monkeypatch.setattr(np, "save", save)
    (folder / "out").mkdir()
    (folder / "out" / name).write_text("before")
    with pytest.raises((InputError, ValueError), match=r"no space left|not JSON compliant"):
        write(f"out/{name}")
    assert [path.name for path in (folder / "out").iterdir()] == [name]
    assert (folder / "out" / name).read_text() == "before"


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_file_linked_from_the_cache_is_replaced_not_written_to(folder, link):
    # What DVC checks out may be a link into its cache.
    cached = folder / "cached"
    cached.write_text("cached")
    link(cached, folder / "x.json")
    files.save_json("x.json", [1])
    assert cached.read_text() == "cached"
    assert not Path("x.json").is_symlink()
    assert Path("x.json").read_bytes() == b"[\n  1\n]\n"


def test_archives_hold_nothing_of_the_clock(folder, monkeypatch):
    files.save_arrays("a.npz", x=np.arange(5), y=np.eye(2))
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    files.save_arrays("b.npz", x=np.arange(5), y=np.eye(2))
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()
    with np.load("a.npz", allow_pickle=False) as arrays:
        assert arrays["y"].tolist() == [[1, 0], [0, 1]]


def test_arrays_and_tables_are_read_back(folder):
    files.save_array("x.npy", np.arange(6).reshape(2, 3).T)
    assert np.load("x.npy").tolist() == [[0, 3], [1, 4], [2, 5]]
    files.save_table("x.csv", ("a", "b"), [(1, "ä, b"), (2, None)])
    assert Path("x.csv").read_bytes() == 'a,b\n1,"ä, b"\n2,\n'.encode()
    with pytest.raises(ValueError, match="Object arrays"):
        files.save_array("y.npy", np.array([{}]))
    assert not Path("y.npy").exists()


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
def test_errors_of_the_world_are_one_sentence(monkeypatch, error, sentence):
    monkeypatch.setattr(sys, "argv", ["stages/some.py", "2"])

    def main(word):
        assert word == "2"
        raise error

    with pytest.raises(SystemExit, match=sentence):
        common.run(main)


def test_nothing_is_computed_under_other_versions(folder, monkeypatch):
    (folder / "stages" / "versions.yaml").write_text('numpy: "1.0"\n')
    monkeypatch.setattr(sys, "argv", ["stages/some.py"])
    called = []
    with pytest.raises(SystemExit, match=f"some: numpy .* {seen('versions')}"):
        common.run(lambda: called.append(None), ("numpy",))
    assert not called


def test_faults_of_the_code_keep_their_traceback(monkeypatch):
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
        common.run(main, ("no such library",))
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


def test_numpy_names_no_full_disk_but_we_do(folder, monkeypatch):
    # numpy says "37632 requested and 0 written", and nothing of the disk.
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(common.shutil, "disk_usage", lambda _: usage._replace(free=0))
    with pytest.raises(InputError, match=r"no space left on the disk for a\.npy"):
        write_half("a.npy", OSError("37632 requested and 0 written"))


def test_progress_is_silent_where_nobody_looks(capsys):
    assert list(progress.bar(range(3), description="x")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")
