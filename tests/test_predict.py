"""The command that places new images."""

import csv
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest

import predict
from stages.methods.data import idx
from stages.methods.prediction import model
from tests.support.fitted import ROOT, K, enlarged, png


def bomb(width, height):
    """A PNG file of a few bytes that announces many pixels."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(b""),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks.items()
    )


def run_main(capsys, *words):
    status = predict.main([str(word) for word in words])
    out, err = capsys.readouterr()
    return status, out, err


def test_table_json_and_csv(capsys, path, fitted, test_images, tmp_path):
    picture = png(255 - enlarged(test_images[0]), tmp_path)
    blank = png(np.full((50, 50), 255, dtype=np.uint8), tmp_path, "blank.png")
    (tmp_path / "digits.idx").write_bytes(idx.encode(test_images[:3]))
    np.save(tmp_path / "flat.npy", test_images[:3].reshape(3, -1))
    files = (picture, blank, tmp_path / "digits.idx", tmp_path / "flat.npy")
    outputs = ("--json", tmp_path / "out.json", "--csv", tmp_path / "out.csv")
    status, out, err = run_main(capsys, *files, "--model", path, *outputs)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 9
    assert lines[0].split() == list(predict.COLUMNS)
    assert predict.NOT_A_DIGIT in lines[2]
    assert lines[2].endswith("nothing is drawn")

    results = json.loads((tmp_path / "out.json").read_text())
    assert [row["image"] for row in results] == [0, 0, 0, 1, 2, 0, 1, 2]
    assert results[1]["label"] is results[1]["cluster"] is None
    for from_idx, from_npy in zip(results[2:5], results[5:], strict=True):
        assert {**from_idx, "file": ""} == {**from_npy, "file": ""}
    placed = model.apply(fitted, test_images[:3])
    for row, (x, y) in zip(results[2:5], placed.positions, strict=True):
        assert (np.float32(row["x"]), np.float32(row["y"])) == (x, y)
        assert len(row["neighbors"]) == K

    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["label"] for row in table] == [
        "" if row["label"] is None else str(row["label"]) for row in results
    ]
    assert not list(tmp_path.glob(".*partial"))
    assert run_main(capsys, *files, "--model", path, "--json", "-")[1] == (
        (tmp_path / "out.json").read_text()
    )
    assert run_main(capsys, *files, "--model", path, "--csv", "-")[1] == (
        (tmp_path / "out.csv").read_text()
    )


def test_clusters_without_a_digit_show_a_dash():
    row = {"file": "a", "image": 0, "label": None, "cluster": 10, "x": 0.0, "y": 0.0}
    table = predict._table([{**row, "distance": 0.1, "reason": None}])
    assert table.splitlines()[1].split() == ["a", "0", "-", "10", "0.00", "0.00", "0.100"]


def bad_files(folder, images):
    np.save(folder / "float.npy", images.astype(float))
    np.save(folder / "wide.npy", np.zeros((2, 28, 29), dtype=np.uint8))
    np.save(folder / "row.npy", np.zeros(784, dtype=np.uint8))
    np.save(folder / "none.npy", np.zeros((0, 28, 28), dtype=np.uint8))
    np.save(folder / "object.npy", np.array([{}]), allow_pickle=True)
    (folder / "cut.npy").write_bytes((folder / "wide.npy").read_bytes()[:-5])
    (folder / "header.npy").write_bytes((folder / "wide.npy").read_bytes()[:40])
    with (folder / "huge.npy").open("wb") as file:
        announced = {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
        np.lib.format.write_array_header_1_0(file, announced)
    (folder / "labels.idx").write_bytes(idx.encode(np.zeros(5, dtype=np.uint8)))
    (folder / "text.png").write_text("not a picture")
    (folder / "cut.png").write_bytes(png(enlarged(images[0]), folder).read_bytes()[:400])
    (folder / "head.png").write_bytes(b"\x89PNG and then something else")
    (folder / "bomb.png").write_bytes(bomb(19_000, 19_000))
    (folder / "half.png").write_bytes(bomb(10_000, 10_000))
    (folder / "long.png").write_bytes(bomb(30_000, 1))
    (folder / "folder").mkdir()
    return {
        "missing.png": "cannot be read: No such file",
        "folder": "cannot be read: Is a directory",
        "float.npy": "holds float64 of shape",
        "wide.npy": r"holds uint8 of shape \(2, 28, 29\), but images are uint8 of shape",
        "row.npy": r"of shape \(784,\)",
        "none.npy": "holds no images",
        "object.npy": "is damaged or holds no plain numbers",
        "cut.npy": "is damaged or holds no plain numbers",
        "header.npy": "is damaged or holds no plain numbers",
        "huge.npy": "is damaged or holds no plain numbers",
        "labels.idx": r"of shape \(5,\)",
        "text.png": r"is neither a picture \(PNG, JPEG\) nor an array",
        "cut.png": "is damaged and cannot be read",
        "head.png": "is neither a PNG nor a JPEG picture",
        "bomb.png": "too many pixels",
        "half.png": "is damaged and cannot be read",
        "long.png": "has 30000 x 1 pixels",
    }


@pytest.mark.filterwarnings("error")
def test_each_bad_file_gets_its_sentence(capsys, path, test_images, tmp_path):
    sentences = bad_files(tmp_path, test_images)
    good = png(enlarged(test_images[0]), tmp_path, "good.png")
    files = [tmp_path / name for name in sentences]
    status, out, err = run_main(capsys, *files, good, "--model", path)
    assert status == 1
    assert len(out.splitlines()) == 2
    lines = err.splitlines()
    assert len(lines) == len(sentences)
    for line, (name, sentence) in zip(lines, sentences.items(), strict=True):
        with pytest.raises(AssertionError, match=sentence):
            raise AssertionError(line)
        assert line.startswith(f"predict: {tmp_path / name} ")
    status, out, _ = run_main(capsys, files[0], "--model", path, "--json", tmp_path / "o.json")
    assert (status, out) == (1, "")
    assert not (tmp_path / "o.json").exists()


def test_a_missing_or_damaged_model(capsys, path, test_images, tmp_path):
    picture = png(enlarged(test_images[0]), tmp_path)
    missing = run_main(capsys, picture, "--model", tmp_path / "none.npz")
    assert missing[0] == 1
    assert "make it by `make repro`, or fetch it by `dvc pull`" in missing[2]
    (tmp_path / "cut.npz").write_bytes(path.read_bytes()[:1000])
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(tmp_path / "pickled.npz", allow_pickle=True, version=np.array([{}]))
    np.save(tmp_path / "array.npy", np.zeros(3))
    for name in ("cut.npz", "empty.npz", "other.npz", "pickled.npz", "array.npy"):
        status, _, err = run_main(capsys, picture, "--model", tmp_path / name)
        assert status == 1
        assert err.count("\n") == 1
        assert "is not a fitted model" in err, name


def test_an_output_that_cannot_be_written(capsys, path, test_images, tmp_path):
    picture = png(enlarged(test_images[0]), tmp_path)
    words = (picture, "--model", path, "--csv", picture / "out.csv")
    status, _, err = run_main(capsys, *words)
    assert status == 1
    assert err.startswith("predict: ")


def test_images_are_not_written_over(capsys, path, test_images, tmp_path):
    files = [png(enlarged(image), tmp_path, f"{i}.png") for i, image in enumerate(test_images[:2])]
    before = files[0].read_bytes()
    # The first picture is taken for the option's file.
    status, _, err = run_main(capsys, "--model", path, "--csv", *files)
    assert (status, err) == (
        1, f"predict: {files[0]} holds images: name another file to write to\n"
    )  # fmt: skip
    assert files[0].read_bytes() == before


def test_earlier_results_are_written_over(capsys, path, test_images, tmp_path):
    picture, results = png(enlarged(test_images[0]), tmp_path), tmp_path / "results.csv"
    results.write_text("of last week")
    assert run_main(capsys, picture, "--model", path, "--csv", results)[0] == 0
    assert results.read_text().startswith("file,image,label")


def test_a_pipe_stays_a_pipe(path, test_images, tmp_path):
    picture, pipe = png(enlarged(test_images[0]), tmp_path), tmp_path / "pipe"
    os.mkfifo(pipe)
    words = [sys.executable, "predict.py", picture, "--model", path, "--csv", pipe]
    with subprocess.Popen(words, cwd=predict.HERE, stdout=subprocess.DEVNULL) as running:
        assert pipe.read_text().startswith("file,image,label")
    assert running.returncode == 0
    assert pipe.is_fifo()


def test_usage(capsys):
    for words, shown in (
        (["--help"], "dark on light or light on dark"),
        (["a", "--json", "-", "--csv", "-"], "cannot both go to standard output"),
    ):
        with pytest.raises(SystemExit):
            predict.main(words)
        assert shown in " ".join("".join(capsys.readouterr()).split())


def test_readers_that_stop_early(monkeypatch, path, test_images, tmp_path):
    def stop(*_):
        raise BrokenPipeError

    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(predict, "_write", stop)
        picture = png(enlarged(test_images[0]), tmp_path)
        assert predict.main([str(picture), "--model", str(path)]) == 0


def test_from_a_shell_and_without_slow_imports(path, test_images, tmp_path):
    shutil.copy(png(enlarged(test_images[0]), tmp_path), tmp_path / "one.png")
    code = (
        "import sys, predict; status = predict.main(sys.argv[1:]);"
        "slow = {'sklearn', 'openTSNE', 'matplotlib', 'dvc'} & set(sys.modules);"
        "sys.exit(str(slow) if slow else status)"
    )
    words = [sys.executable, "-c", code, tmp_path / "one.png", "--model", path, "--csv", "-"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(csv.reader(io.StringIO(done.stdout)))) == 2
