"""Labels: the same from every file, each for its own image, none lost and none merged."""

import numpy as np
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.images import idx, labels, listing
from tests.support.encoded import npy, parquet

IMAGES = [("a/1.png", 0), ("a/2.png", 0), ("b/3.npy", 0), ("b/3.npy", 1)]


def test_no_class_vanishes_and_none_are_merged():
    given = ["none", "None", "nan", "1", "01", "1.0", "1.5", "Cat", "cat", "-1", ""]
    codes, classes = labels.to_codes({"train": labels.of_column(given)})
    assert classes == [1, "-1", "01", "1.0", "1.5", "Cat", "None", "cat", "nan", "none"]
    assert [classes[code] for code in codes["train"][:-1]] == [
        int(name) if name == "1" else name for name in given[:-1]
    ]
    assert codes["train"][-1] == 255


def test_floats_are_the_whole_numbers_that_they_stand_for():
    assert labels.of_column([3.0, float("nan"), 7.0]) == [3, None, 7]
    assert labels.of_column(["3.0", "", "7.0"]) == [3, None, 7]
    assert labels.of_column(["3.0", "3.1"]) == ["3.0", "3.1"]
    assert labels.of_column(np.array([b"cat", b"3"]).tolist()) == ["cat", 3]


@pytest.mark.parametrize(
    "data",
    [
        npy(np.array([3, 1, 4, 1])),
        npy(np.array([[3], [1], [4], [1]], dtype=np.float32)),
        npy(np.array(["3", "1", "4", "1"])),
        idx.encode(np.array([3, 1, 4, 1], dtype=np.uint8)),
        b"label\n3\n1\n4\n1\n",
        b"\xef\xbb\xbfLabel\r\n3\r\n1\r\n4\r\n1\r\n",
        b"3\n1\n4\n1",
        b"n;class\n0;3\n1;1\n2;4\n3;1\n",
        "file,label,image\na/1.png,3,\na/2.png,1,0\nb/3.npy,4,0\nb/3.npy,1,1".encode("utf-16"),
        b"image\tpath\tlabel\n1\t3.npy\t1\n\t1.png\t3\n0\t3.npy\t4\n0\t/home/a/2.png\t1\n",
    ],
    ids=range(10),
)
def test_labels_reach_their_images_from_every_file(data):
    listed = listing.read("labels", data)
    assert listing.assign(listed, IMAGES, "labels") == [3, 1, 4, 1]


def test_labels_of_parquet():
    values = [3, 1, 4, 1]
    for columns in (
        {"image": [[0] * 4] * 4, "label": values},
        {"Label": [3.0, 1.0, 4.0, 1.0]},
        {"path": ["1.png", "2.png"], "label": values[:2]},
    ):
        listed = listing.read("labels", parquet(**columns))
        images = IMAGES[: len(listed)]
        assert listing.assign(listed, images, "labels") == values[: len(listed)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"label\n3\n1\n", "labels has 2 labels for 4 images"),
        (b"file,label\n1.png,3\n", "labels has no label for image 0 of a/2.png"),
        (b"file,label\n1.png,3\n1.png,4\n", "labels gives 1.png two labels: keep one"),
        (b"file,tag\n1.png,3\n", "has the columns file, tag, but needs label"),
        (b"file,label,image\n1.png,3,x\n", "has x in its column image, but that counts from 0"),
        (npy(np.zeros((2, 3))), r"labels holds float64 of shape \(2, 3\): give one label an image"),
        (b"", r"labels has the columns \(none\), but needs label"),
    ],
)
def test_what_gives_not_one_label_for_each_is_named(data, words):
    with pytest.raises(InputError, match=words):
        listing.assign(listing.read("labels", data), IMAGES, "labels")


def test_two_files_of_one_name_are_told_apart_or_refused():
    images = [("x/1.png", 0), ("y/1.png", 0)]
    apart = listing.read("l", b"file,label\ny/1.png,4\nx/1.png,3\n")
    assert listing.assign(apart, images, "l") == [3, 4]
    below = [("/data/x/1.png", 0), ("/data/y/1.png", 0)]
    assert listing.assign(apart, below, "l") == [3, 4]
    with pytest.raises(InputError, match=r"l does not tell y/1.png from x/1.png: write more"):
        listing.assign(listing.read("l", b"file,label\n1.png,4\n"), images, "l")
    with pytest.raises(InputError, match=r"l does not tell 1.png from y/1.png and x/1.png"):
        listing.assign(apart, [("1.png", 0)], "l")
    # The same picture twice is no other one.
    once = listing.read("l", b"file,label\n1.png,4\n")
    assert listing.assign(once, [images[0], ("./x/1.png", 0)], "l") == [4, 4]


def test_a_path_has_one_label():
    table = b"n,Path,label\n1,a.png, dog \n2,b.png,\n3\n4,a.png,dog\n"
    assert listing.read("t", table).need("t").by_path("t") == {"a.png": "dog"}
    with pytest.raises(InputError, match="t gives a two labels, x and y: keep one"):
        listing.read("t", b"path,label\na,x\na,y\n").by_path("t")
    with pytest.raises(InputError, match=r"t has the columns x, y, but needs path and label$"):
        listing.read("t", b"x,y\n1,2\n").need("t")
