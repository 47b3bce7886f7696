"""Models, several digits, labels and pages."""

import csv
import io
import json

import numpy as np

from mnist_clustering.images import handwriting
from mnist_clustering.model.answers import summary
from tests.support.encoded import table
from tests.support.fitted import enlarged, png, run_main
from tests.support.real import TEST_LABELS


def test_several_digits_are_cut_apart(capsys, path, test_images, tmp_path):
    row = np.hstack([enlarged(image, 100, 30) for image in test_images[:3]])
    page = png(255 - np.kron(row, np.ones((3, 3), dtype=np.uint8)), tmp_path)
    out = json.loads(run_main(capsys, page, "--model", path, "--json", "-")[1])
    assert [answer["reason"] for answer in out] == [handwriting.SEVERAL]
    out = json.loads(run_main(capsys, page, "--many", "--model", path, "--json", "-")[1])
    assert len(out) == 3
    for number, answer in enumerate(out):
        left, top, right, bottom = answer["box"]
        assert 480 * number + 60 < left < right < 480 * number + 420
        assert 60 < top < bottom < 420
    assert "box" in run_main(capsys, page, "--many", "--model", path)[1].splitlines()[0]


def test_folders_labels_and_a_page(capsys, path, test_images, tmp_path):
    folder, actual = tmp_path / "some" / "digits", TEST_LABELS
    folder.mkdir(parents=True)
    for number, image in enumerate(test_images[:25]):
        png(255 - enlarged(image), folder, f"{number:02}<.png")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"")
    given = tmp_path / "labels.csv"
    lines = [f"{number:02}<.png,{actual[number]}" for number in range(25)]
    given.write_text("\n".join(["file,label", *lines]))
    words = ("--labels", given, "--html", tmp_path / "a.html", "--csv", "-", "--model", path)
    status, out, err = run_main(capsys, tmp_path / "some", *words)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0
    assert [row["actual"] for row in rows] == [str(label) for label in actual[:25]]
    right = sum(row["label"] == row["actual"] for row in rows)
    assert right > 10
    assert f"right {right / 25:.2%}" in err
    page = (tmp_path / "a.html").read_text()
    assert page.count("<article>") == 25
    assert page.count("&lt;.png") == 25
    assert "http" not in page
    np.save(tmp_path / "labels.npy", actual[:24])
    status, _, err = run_main(capsys, folder, "--labels", tmp_path / "labels.npy", "--model", path)
    assert (status, "has 24 labels for 25 images" in err) == (1, True)
    given.write_text("file,label\nother.png,3")
    said = run_main(capsys, folder, "--labels", given, "--model", path)[2]
    assert "has no label for image 0 of" in said
    assert "1 file is neither pictures nor arrays and passed over, such as" in err
    (tmp_path / "bare").mkdir()
    assert "is empty: put pictures into it" in run_main(capsys, tmp_path / "bare")[2]


def test_wrong_labels_are_listed_beside_the_answers(capsys, path, test_images, tmp_path):
    np.save(tmp_path / "images.npy", test_images[:60])
    given = TEST_LABELS[:60].astype(int)
    words = (tmp_path / "images.npy", "--csv", tmp_path / "a.csv", "--model", path, "--labels")
    np.save(tmp_path / "labels.npy", given)
    run_main(capsys, *words, tmp_path / "labels.npy")
    row = next(row for row in table(tmp_path / "a.csv") if row["label"] == row["actual"])
    flipped, wrong = int(row["image"]), (int(row["label"]) + 5) % 10
    np.save(tmp_path / "labels.npy", np.where(np.arange(60) == flipped, wrong, given))
    err = run_main(capsys, *words, tmp_path / "labels.npy")[2]
    found = {int(suspect["image"]): suspect for suspect in table(tmp_path / "suspects.csv")}
    assert (found[flipped]["given"], found[flipped]["suggested"]) == (str(wrong), row["label"])
    assert f"suspect labels: {len(found)} of 60, such as" in err
    assert f": {tmp_path / 'suspects.csv'}" in err


def test_a_class_called_none_is_no_missing_name(fitted):
    row = {"label": None, "cluster": 0, "reason": None}
    labels = [("none", "none"), (None, "None"), ("01", "01"), ("01", 1), (1, 1), ("x", None)]
    rows = [row | {"label": label, "actual": actual} for label, actual in labels]
    assert "right 60.00%, wrong 40.00%" in summary(rows, fitted)
