"""The command that places new images."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import predict
from mnist_clustering.images import idx
from mnist_clustering.model import fitted as model
from tests.support.encoded import table
from tests.support.fitted import ROOT, enlarged, png, run_main


def test_table_json_and_csv(capsys, path, fitted, test_images, tmp_path):
    picture = png(255 - enlarged(test_images[0]), tmp_path)
    blank = png(np.full((50, 50), 255, dtype=np.uint8), tmp_path, "blank.png")
    (tmp_path / "digits.idx").write_bytes(idx.encode(test_images[:3]))
    np.save(tmp_path / "flat.npy", test_images[:3].reshape(3, -1))
    files = (picture, blank, tmp_path / "digits.idx", tmp_path / "flat.npy")
    outputs = ("--json", tmp_path / "out.json", "--csv", tmp_path / "out.csv")
    outputs += ("--html", tmp_path / "out.html")
    status, out, err = run_main(capsys, *files, "--model", path, *outputs)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 11
    assert lines[-1].startswith("8 images on the map of digits; ")
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
        assert len(row["neighbors"]) == fitted.n_neighbors

    _, first, refused, *others = (tmp_path / "out.html").read_text().split("<article>")
    assert "nothing is drawn" in refused
    assert not re.search("on the map|nearest", refused), "what is refused has no place"
    assert len(others) == 6
    for article in (first, *others):
        assert re.search(r"cluster (“mostly \d”|\d+), distance", article)
        assert 'class="map"' in article

    assert [row["label"] for row in table(tmp_path / "out.csv")] == [
        "" if row["label"] is None else str(row["label"]) for row in results
    ]
    assert not list(tmp_path.glob(".*partial"))
    assert run_main(capsys, *files, "--model", path, "--json", "-")[1] == (
        (tmp_path / "out.json").read_text()
    )
    assert run_main(capsys, *files, "--model", path, "--csv", "-")[1] == (
        (tmp_path / "out.csv").read_text()
    )


@pytest.mark.parametrize(
    ("words", "closed", "status", "said"),
    [
        (["--csv", "out.csv"], ">&-", 0, ""),
        (["--csv", "-"], ">&-", 2, "standard output is closed: name a file in place of -"),
        (["none.png"], "2>&-", 1, ""),
    ],
)
def test_streams_that_are_closed(path, test_images, tmp_path, words, closed, status, said):
    png(enlarged(test_images[0]), tmp_path, "one.png")
    command = [sys.executable, str(ROOT / "predict.py"), "one.png", *words, "--model", str(path)]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *command], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert said in done.stderr
    if closed == "2>&-":
        assert "none.png" not in done.stdout
    if "out.csv" in words:
        assert (tmp_path / "out.csv").read_text().count("\n") == 2


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
