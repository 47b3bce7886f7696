"""Blocks: the same bytes whoever places them, in whatever size and order, after whatever died."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

import place
import predict
from mnist_clustering import EmbeddingClusters
from mnist_clustering.placing import blocks, joined
from tests.images.test_collection import write_npy, write_pictures, write_tar
from tests.support.encoded import picture, table
from tests.support.real import PIXELS, TEST_IMAGES

ROOT = Path(place.__file__).parent


def digests(folder):
    """Digest every file of a folder of results, but notes about the inputs."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    files = (path for path in files if path.name != "counts.json")
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def rows(folder):
    return table(folder / "table.csv")


def test_table_is_that_of_predict(run, images, model_path, tmp_path):
    write_npy(images, tmp_path)
    write_pictures(images[:5] // 2, tmp_path)
    pictures = sorted(f"{path.relative_to(tmp_path)}" for path in tmp_path.rglob("*.png"))
    placed = run("images.npy", "pictures")
    words = ["images.npy", *pictures, "--csv", "expected.csv", "--model", str(model_path)]
    assert predict.main(words) == 0
    assert (placed / "table.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_size_of_blocks_and_order_of_inputs_change_no_row(run, images, tmp_path):
    np.save(tmp_path / "a.npy", images[:130])
    np.save(tmp_path / "b.npy", images[130:])
    expected = rows(run("a.npy", "b.npy"))
    assert rows(run("a.npy", "b.npy", output="small", block=7)) == expected
    assert rows(run("a.npy", "b.npy", output="large", block=1000)) == expected
    assert rows(run("b.npy", "a.npy", output="swapped")) == expected[130:] + expected[:130]


def test_shares_make_up_the_whole(run, images, tmp_path):
    write_npy(images, tmp_path)
    expected = digests(run("images.npy"))
    for share in (2, 0, 1):
        folder = run("images.npy", "--share", f"{share}/3", output="shared")
        assert not (folder / "table.csv").exists()
    assert digests(run("images.npy", output="shared")) == expected


def test_what_is_finished_is_not_placed_again(run, images, tmp_path, monkeypatch):
    write_npy(images, tmp_path)
    folder = run("images.npy")
    before = digests(folder)
    lost, damaged, *_ = sorted((folder / "blocks").glob("*.npz"))
    lost.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-40])
    (folder / "blocks" / f".{lost.stem}-host-1.npz").write_bytes(b"left by a killed worker")
    again = []
    apply = blocks.model.apply
    monkeypatch.setattr(
        blocks.model,
        "apply",
        lambda fitted, part, *rest: again.append(len(part)) or apply(fitted, part, *rest),
    )
    assert digests(run("images.npy")) == before
    assert again == [40, 40]


def test_images_that_change_while_they_are_read_are_not_taken(run, images, tmp_path, monkeypatch):
    write_npy(images[:40], tmp_path)
    normalised = blocks._normalised
    changes = iter([write_npy, *[lambda *_: None] * 2])

    def change(*given):
        found = normalised(*given)
        next(changes)(images[40:80], tmp_path)
        return found

    monkeypatch.setattr(blocks, "_normalised", change)
    assert rows(run("images.npy")) == rows(run("images.npy", output="new"))
    assert len(list((tmp_path / "placed/blocks").glob("*.npz"))) == 1


def test_damaged_pictures_are_listed_and_the_rest_goes_on(run, images, tmp_path, capsys):
    folder = write_pictures(images[:12], tmp_path)
    whole = rows(run("pictures", output="whole"))
    files = sorted(folder.rglob("*.png"))
    files[3].write_bytes(files[3].read_bytes()[:60])
    files[7].write_bytes(b"no picture")
    placed = run("pictures")
    assert "2 unreadable" in capsys.readouterr().out
    listed = table(placed / "damaged.csv")
    assert [row["file"] for row in listed] == [f"pictures/part0/0000{n}.png" for n in (3, 7)]
    assert all(row["reason"] for row in listed)
    found = rows(placed)
    assert [found[n]["x"] for n in (3, 7)] == ["", ""]
    others = [n for n in range(12) if n not in (3, 7)]
    assert [found[n] for n in others] == [whole[n] for n in others]


def test_a_block_that_cannot_be_read_is_named_and_the_rest_is_kept(
    run, images, tmp_path, capsys, monkeypatch
):
    np.save(tmp_path / "a.npy", images[:80])
    shard = write_tar(images[80:90], tmp_path)
    run("a.npy", "shard.tar", output="whole", block=10)
    # Counted, and gone when the block is read.
    monkeypatch.setattr(joined, "lengths", lambda *_: (80, 10))
    shard.unlink()
    folder = run("a.npy", "shard.tar", block=10, code=1)
    said = capsys.readouterr().err
    assert "block 8: " in said
    assert "shard.tar" in said
    assert "1 of 9 blocks failed" in said
    assert not (folder / "table.csv").exists()
    run("a.npy", "shard.tar", "--leave-out", block=10, code=1)
    assert len(rows(folder)) == 80


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["none.npy"], "No such file"),
        (["empty"], "empty: put pictures into it"),
        (["none.tar"], "no images"),
        (["images.npy", "--model", "none.npz"], "make repro"),
    ],
)
def test_faults_are_one_sentence(words, sentence, images, tmp_path, run, capsys):
    write_npy(images, tmp_path)
    (tmp_path / "empty").mkdir()
    write_tar([], tmp_path).rename(tmp_path / "none.tar")
    if "--model" in words:
        assert place.main([*words, "-o", "placed"]) == 1
    else:
        run(*words, code=1)
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """An estimator fitted to vectors, and the path where it was saved."""
    made = EmbeddingClusters(4, early_iterations=5, iterations=5).fit(PIXELS[:120] / 255 - 0.5)
    path = tmp_path_factory.mktemp("vectors") / "vectors.npz"
    made.save(path)
    return made, path


def test_vectors_are_placed_as_the_estimator_places_them(run, vectors, tmp_path, monkeypatch):
    made, path = vectors
    new = TEST_IMAGES.reshape(len(TEST_IMAGES), -1)[:90] / 255 - 0.5
    np.save(tmp_path / "new.npy", new)
    found = rows(run("new.npy", "--model", path))
    assert predict.main(["new.npy", "--model", str(path), "--csv", "expected.csv"]) == 0
    assert found == table("expected.csv")
    monkeypatch.setattr(
        "sys.stdin", SimpleNamespace(buffer=io.BytesIO(Path("new.npy").read_bytes()))
    )
    assert predict.main(["-", "--model", str(path), "--csv", "piped.csv"]) == 0
    assert [row | {"file": "new.npy"} for row in table("piped.csv")] == found
    assert {row["reason"] for row in found} == {"", "unlike the training images"}
    known = [n for n, row in enumerate(found) if not row["reason"]]
    places = np.array([[found[n]["x"], found[n]["y"]] for n in known], dtype=np.float32)
    assert np.array_equal(places, made.transform(new)[known])
    assert {row["x"] for row in found if row["reason"]} <= {""}
    assert len(known) > 9
    assert [int(found[n]["cluster"]) for n in known] == made.predict(new)[known].tolist()
    np.save(tmp_path / "gap.npy", np.where(np.arange(90)[:, None] == 50, np.nan, new))
    gaps = rows(run("gap.npy", "--model", path, output="gaps"))
    assert "NaN" in gaps[50]["reason"]
    assert [row["x"] for row in gaps[:50]] == [row["x"] for row in found[:50]]
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is missing: make dask installs it")
    from pyarrow import parquet

    columns = pyarrow.table({"text": ["a"] * 90, "embedding": list(new)})
    parquet.write_table(columns, tmp_path / "new.parquet", row_group_size=25)
    read = rows(run("new.parquet", "--model", path, output="parquet"))
    assert [row["x"] for row in read] == [row["x"] for row in found]


def test_what_is_no_vector_is_told_in_a_sentence(vectors, images, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_npy(images, tmp_path)
    write_pictures(images[:1], tmp_path)
    for given, said in (
        ("pictures", "describe pictures by the network"),
        ("images.npy", "places vectors of shape (n, 784)"),
    ):
        words = [given, "-o", "placed", "--on", "here", "--model", str(vectors[1])]
        assert place.main(words) == 1
        assert said in capsys.readouterr().err


def test_the_table_of_other_images_is_not_written_over(run, images, tmp_path, capsys):
    write_npy(images, tmp_path)
    np.save(tmp_path / "other.npy", images[:50])
    before = digests(run("images.npy"))
    folder = run("other.npy", code=1)
    assert "holds the table of images.npy" in capsys.readouterr().err
    assert digests(folder) == before


def start(model_path, tmp_path, *words):
    """Start place.py in a process of its own."""
    command = [sys.executable, ROOT / "place.py", "images.npy", "--model", model_path, *words]
    return subprocess.Popen([str(word) for word in command], cwd=tmp_path, stderr=subprocess.PIPE)


def workers_of(pid):
    try:
        children = psutil.Process(pid).children()
        return [child for child in children if "spawn_main" in str(child.cmdline())]
    except psutil.Error:
        return []


def test_two_processes_of_which_workers_are_killed(run, images, model_path, tmp_path):
    np.save(tmp_path / "images.npy", np.concatenate([images] * 3))
    expected = digests(run("images.npy", block=20))
    process = start(model_path, tmp_path, "-o", "killed", "--block", "20", "--workers", "2")
    rng = random.Random(0)
    killed = 0
    while process.poll() is None:
        time.sleep(rng.uniform(0, 0.1))
        workers = workers_of(process.pid)
        if (tmp_path / "killed/blocks").exists() and killed < 2 and workers:
            rng.choice(workers).kill()
            killed += 1
    assert process.returncode == 0, process.stderr.read()
    assert killed == 2
    assert digests(tmp_path / "killed") == expected


def test_killed_and_interrupted_runs_go_on(run, images, model_path, tmp_path):
    np.save(tmp_path / "images.npy", np.concatenate([images] * 2))
    expected = digests(run("images.npy", block=20))
    for how in (signal.SIGKILL, signal.SIGINT):
        process = start(model_path, tmp_path, "-o", "killed", "--block", "20", "--on", "here")
        before = len(list(tmp_path.glob("killed/blocks/[0-9]*")))
        while len(list(tmp_path.glob("killed/blocks/[0-9]*"))) < before + 2:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        os.kill(process.pid, how)
        assert process.wait() != 0
    assert process.stderr.read().endswith(b"the same command goes on where it stopped\n")
    assert digests(run("images.npy", output="killed", block=20)) == expected


def test_dask(run, images, tmp_path):
    pytest.importorskip("distributed", reason="distributed is missing: make dask installs it")
    write_npy(images, tmp_path)
    expected = digests(run("images.npy"))
    assert digests(run("images.npy", "--workers", 2, on="dask", output="dask")) == expected


def test_parquet_holds_what_csv_holds(run, images, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is missing: make dask installs it")
    from pyarrow import parquet

    (tmp_path / "d.png").write_bytes(picture(images[0])[:50])
    (tmp_path / "list.txt").write_text("d.png")
    write_npy(images, tmp_path)
    expected = rows(run("images.npy", "list.txt"))
    folder = run("images.npy", "list.txt", "--table", "parquet", output="parquet")
    found = parquet.read_table(folder / "table.parquet").to_pylist()
    for row, wanted in zip(found, expected, strict=True):
        assert {k: "" if v is None else str(v) for k, v in row.items() if k not in "xy"} == {
            k: v for k, v in wanted.items() if k not in "xy"
        }
        for axis in "xy":
            assert row[axis] is None if not wanted[axis] else row[axis] == np.float32(wanted[axis])
