"""Each kind of input gives its images, whichever range of them is read."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import idx
from mnist_clustering.placing import inputs, parquet, picture_files, source


def png(image):
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return out.getvalue()


def write_npy(images, folder):
    np.save(folder / "images.npy", images)
    return folder / "images.npy"


def write_idx(images, folder):
    (folder / "images-idx3-ubyte").write_bytes(idx.encode(images))
    return folder / "images-idx3-ubyte"


def write_flat(images, folder):
    np.save(folder / "flat.npy", images.reshape(len(images), -1))
    return folder / "flat.npy"


def write_pictures(images, folder):
    """Pictures by number, below two folders."""
    for number, image in enumerate(images):
        path = folder / "pictures" / f"part{number // 100}" / f"{number:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(image))
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
            for ending, data in (("cls", b"7"), ("png", png(image))):
                member = tarfile.TarInfo(f"{'long' * 30 if number == 3 else 'a'}/{number}.{ending}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    return folder / "shard.tar"


def write_parquet(images, folder, column=None):
    pytest.importorskip("pyarrow", reason="pyarrow is missing: make dask installs it")
    import pyarrow.parquet

    column = [png(image) for image in images] if column is None else column
    table = pyarrow.table({"label": list(range(len(images))), "image": column})
    pyarrow.parquet.write_table(table, folder / "images.parquet", row_group_size=7)
    return folder / "images.parquet"


def write_parquet_of_structures(images, folder):
    return write_parquet(images, folder, [{"bytes": png(i), "path": None} for i in images])


def write_parquet_of_levels(images, folder):
    return write_parquet(images, folder, [i.ravel().tolist() for i in images])


KINDS = [
    write_npy,
    write_flat,
    write_idx,
    write_pictures,
    write_list,
    write_csv,
    write_tar,
    write_parquet,
    write_parquet_of_structures,
    write_parquet_of_levels,
]


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
    for module in (parquet, picture_files):
        monkeypatch.setattr(module, "_SOME", 4)
    images = images[:30]
    opened = inputs.open_source(write(images, tmp_path))
    assert len(opened) == 30
    for start, stop in ((0, 30), (0, 1), (6, 15), (7, 14), (29, 30)):
        assert (decoded(opened.read(start, stop)) == images[start:stop]).all()
        assert opened.names(start, stop) == opened.names(0, 30)[start:stop]
    assert len(set(opened.names(0, 30))) == 30


def test_sources_are_read_one_after_the_other(images, tmp_path):
    parts = [write_npy(images[:10], tmp_path), write_tar(images[10:13], tmp_path)]
    np.save(tmp_path / "none.npy", images[:0])
    np.save(tmp_path / "rest.npy", images[13:20])
    paths = [parts[0], tmp_path / "none.npy", parts[1], tmp_path / "rest.npy"]
    files = [str(path) for path in paths]
    joined = inputs.Joined(files, inputs.lengths(files, tmp_path / "counts.json"))
    assert len(joined) == 20
    for start in range(20):
        for stop in range(start + 1, 21):
            assert (decoded(joined.read(start, stop)) == images[start:stop]).all()


def test_a_long_manifest_is_found_by_its_marks(tmp_path):
    names = [f"{number}.png" for number in range(2500)]
    (tmp_path / "list.txt").write_text("\n".join(names))
    (tmp_path / "2041.png").write_bytes(b"here")
    opened = inputs.open_source(tmp_path / "list.txt")
    assert [name for name, _ in opened.names(1990, 2050)] == names[1990:2050]
    assert list(opened.read(2041, 2042)) == [[b"here"]]
    assert list(opened.read(2042, 2043)) == [["cannot be read: No such file or directory"]]


def test_digest_depends_on_content_alone(images, tmp_path):
    same = [write(images[:9], tmp_path) for write in (write_npy, write_idx)]
    first, second = (inputs.open_source(path).read(2, 7) for path in same)
    assert source.digest(first) == source.digest(second)
    pairs = [[b"ab", b"c"], [b"a", b"bc"], [b"abc"], [b"ab", "c"], [b"ab", b"c", b""]]
    assert len({source.digest([pair]) for pair in pairs}) == len(pairs)
    assert source.digest([pairs[0]]) == source.digest([[b"ab"], [b"c"]])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.npy", lambda npy: npy[:-1], "but its header announces"),
        ("a.npy", lambda npy: npy[:20], "is damaged"),
        ("a.gz", lambda npy: b"\x1f\x8b" + npy, "gunzip"),
        ("a.png", lambda npy: b"\x89PNG" + npy, "none of what can be placed"),
        ("a.tar", lambda npy: npy, "is no tar archive"),
        ("a.csv", lambda npy: b"file,label\n1.png,3\n", 'none is named "path"'),
        ("a.txt", lambda npy: b"1.png\n\n2.png\n", "empty line after 1"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(name, content, sentence, images, tmp_path):
    data = write_npy(images[:3], tmp_path).read_bytes()
    (tmp_path / name).write_bytes(content(data))
    with pytest.raises(InputError, match=sentence):
        inputs.open_source(tmp_path / name)


@pytest.mark.parametrize("array", [np.zeros((2, 28, 28)), np.zeros((2, 20, 20), dtype=np.uint8)])
def test_arrays_of_another_form_are_refused(array, tmp_path):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(InputError, match="images are uint8"):
        inputs.open_source(tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.asfortranarray(np.zeros((3, 28, 28), dtype=np.uint8)))
    with pytest.raises(InputError, match="Fortran"):
        inputs.open_source(tmp_path / "a.npy")
