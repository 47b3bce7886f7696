"""Each kind of input gives its images, whichever range of them is read."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import collection, parquet
from tests.support.encoded import parquet as of_parquet
from tests.support.encoded import picture
from tests.support.real import TEST_IMAGES


@pytest.fixture
def images():
    return TEST_IMAGES


def write_npy(images, folder):
    np.save(folder / "images.npy", images)
    return folder / "images.npy"


def write_pictures(images, folder):
    """Pictures by number, below two folders."""
    for number, image in enumerate(images):
        path = folder / "pictures" / f"part{number // 100}" / f"{number:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(image))
    (folder / "pictures" / "notes.md").write_text("no picture")
    return folder / "pictures"


def write_list(images, folder):
    pictures = write_pictures(images, folder)
    paths = sorted(str(path.relative_to(folder)) for path in pictures.rglob("*.png"))
    (folder / "list.txt").write_text("\n".join(paths))
    return folder / "list.txt"


def write_csv(images, folder):
    names = Path(write_list(images, folder)).read_text().splitlines()
    lines = [f'{number},"{name}"' for number, name in enumerate(names)]
    (folder / "list.csv").write_text("\ufefflabel,path\n" + "\n".join(lines) + "\n")
    return folder / "list.csv"


def write_tar(images, folder):
    """A shard as WebDataset has it: a class and a picture a key, with one long name."""
    with tarfile.open(folder / "shard.tar", "w") as archive:
        for number, image in enumerate(images):
            for ending, data in (("cls", b"7"), ("png", picture(image))):
                member = tarfile.TarInfo(f"{'long' * 30 if number == 3 else 'a'}/{number}.{ending}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    return folder / "shard.tar"


def write_parquet(images, folder, column=None):
    """Pictures in structures, as Hugging Face has them, unless a column is given."""
    column = [{"bytes": picture(i), "path": None} for i in images] if column is None else column
    data = of_parquet(label=list(range(len(images))), image=column)
    (folder / "images.parquet").write_bytes(data)
    return folder / "images.parquet"


KINDS = [write_npy, write_pictures, write_list, write_csv, write_tar, write_parquet]


def decoded(contents):
    """Return the images that come, some at a time."""
    return np.concatenate(
        [
            content
            if isinstance(content, np.ndarray)
            else np.stack([np.asarray(Image.open(io.BytesIO(data))) for data in content])
            for content in contents
        ]
    )


@pytest.mark.parametrize("write", KINDS, ids=lambda write: write.__name__[6:])
def test_any_range_can_be_read(write, images, tmp_path, monkeypatch):
    for module in (parquet, collection):
        monkeypatch.setattr(module, "_SOME", 4)
    images = images[:30]
    opened = collection.open_path(write(images, tmp_path))
    assert len(opened) == 30
    for start, stop in ((0, 30), (0, 1), (6, 15), (7, 14), (29, 30)):
        assert (decoded(opened.read(start, stop)) == images[start:stop]).all()
        assert opened.names(start, stop) == opened.names(0, 30)[start:stop]
    assert len(set(opened.names(0, 30))) == 30


def test_lists_may_have_gaps_and_name_what_is_not_there(tmp_path):
    (tmp_path / "list.txt").write_text("1.png\n\n2.png\n")
    (tmp_path / "1.png").write_bytes(b"here")
    opened = collection.open_path(tmp_path / "list.txt")
    assert opened.names(0, 2) == [("1.png", 0), ("2.png", 0)]
    assert list(opened.read(0, 2)) == [[b"here", "cannot be read: No such file or directory"]]


def test_parquet_of_pixels_in_columns_and_of_gaps(images, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as files

    pixels = {f"p{i}": column for i, column in enumerate(images[:9].reshape(9, -1).T)}
    files.write_table(pyarrow.table({"class": ["a"] * 9, **pixels}), tmp_path / "a.parquet")
    assert np.array_equal(
        decoded(collection.open_path(tmp_path / "a.parquet").read(0, 9)), images[:9]
    )
    column = [images[0].ravel().tolist(), None, images[2].ravel().tolist()]
    first, gap, last = collection.open_path(write_parquet(images[:3], tmp_path, column)).read(0, 3)
    assert gap == ["holds no image"]
    assert np.array_equal(np.concatenate([first, last]), images[[0, 2]])
    column = [images[0].astype(int).ravel().tolist(), (-1 * images[1].astype(int)).ravel().tolist()]
    below = write_parquet(images[:2], tmp_path, column)
    with pytest.raises(InputError, match="has values from -255 to 255, but images begin at 0"):
        collection.open_path(below)
    files.write_table(pyarrow.table({"name": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"has the columns name, but none of picture files"):
        collection.open_path(tmp_path / "a.parquet")


def test_a_folder_stands_for_all_its_pictures_and_arrays_and_says_what_it_passes_over(
    images, tmp_path
):
    pictures = tmp_path / "pictures"
    names = ["1.png", "2.JPG", "3.webp", "4.gif", "5.bmp", "6.tiff", "7.jp2", "no ending", "x.dat"]
    for name in names:
        (pictures / "below").mkdir(parents=True, exist_ok=True)
        kind = {"no ending": "PNG", "x.dat": "JPEG"}.get(name)
        Image.fromarray(images[0]).save(pictures / "below" / name, kind)
    (pictures / "below/phone.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (pictures / ".hidden.png").write_bytes(b"")
    np.save(pictures / "more.npy", images[:4])
    np.save(pictures / "labels.npy", np.arange(4))
    (pictures / "notes.txt").write_text("no picture")
    (pictures / "labels.csv").write_text("path,label\n1.png,3\n")
    found, notes = collection.expand(["a.png", str(pictures)])
    assert found == ["a.png", str(pictures), str(pictures / "more.npy")]
    assert notes == [
        f"{pictures}: 3 files are neither pictures nor arrays and passed over, such as labels.csv"
    ]
    opened = collection.open_path(pictures)
    shown = [name for name, _ in opened.names(0, len(opened))]
    assert shown == [str(pictures / "below" / name) for name in sorted([*names, "phone.heic"])]
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(pictures, "in")
    packed = collection.open_path(tmp_path / "a.tar")
    inside = sorted(name.removeprefix(f"{tmp_path}/a.tar/in/") for name, _ in packed.names(0, 99))
    assert inside == sorted(f"below/{name}" for name in [*names, "phone.heic"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/notes.txt").write_text("no picture")
    with pytest.raises(InputError, match="is a folder without pictures or arrays"):
        collection.expand([str(tmp_path / "bare")])
    with pytest.raises(InputError, match="is empty: put pictures into it"):
        collection.expand([str(tmp_path / "empty")])
