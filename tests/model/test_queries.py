"""Pictures of all kinds, arrays, folders and standard input, and what is none of these."""

import contextlib
import io
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

import predict
from mnist_clustering.errors import InputError
from mnist_clustering.images import idx
from mnist_clustering.images.decode import decode
from tests.support.fitted import ROOT, enlarged, png, run_main


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


def bad_files(folder, images):
    np.save(folder / "float.npy", images.astype(float) - 1)
    np.save(folder / "nan.npy", np.full((2, 28, 28), np.nan))
    np.save(folder / "imaginary.npy", images * 1j)
    np.save(folder / "row.npy", np.zeros(783, dtype=np.uint8))
    np.save(folder / "rows.npy", np.zeros((2, 783), dtype=np.uint8))
    np.save(folder / "none.npy", np.zeros((0, 28, 28), dtype=np.uint8))
    np.save(folder / "object.npy", np.array([{}]), allow_pickle=True)
    (folder / "cut.npy").write_bytes((folder / "rows.npy").read_bytes()[:-5])
    (folder / "header.npy").write_bytes((folder / "rows.npy").read_bytes()[:40])
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
    (folder / "empty.png").write_bytes(b"")
    (folder / "page.pdf").write_bytes(b"%PDF-1.7")
    (folder / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    np.savez(folder / "other.npz", other=images)
    with zipfile.ZipFile(folder / "office.docx", "w") as archive:
        archive.writestr("text.xml", "<text/>")
    (folder / "pointer.png").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"
    )
    (folder / "page.png").write_text("<!DOCTYPE html><title>Not found</title>")
    frames = [Image.fromarray(255 - enlarged(image)) for image in images[:3]]
    frames[0].save(folder / "film.gif", save_all=True, append_images=frames[1:])
    frames[0].save(folder / "pages.tiff", save_all=True, append_images=frames[1:2])
    (folder / "table.csv").write_text("name,label\na.png,3\n")
    return {
        "missing.png": "cannot be read: No such file",
        "float.npy": "has values from -1 to 254, but images begin at 0",
        "nan.npy": "no numbers .NaN, infinite. in 2 images",
        "imaginary.npy": "holds complex128, but images are real numbers",
        "row.npy": r"is of shape \(783,\), but images are \(n, height, width\)",
        "rows.npy": "has rows of 783 pixels, which are no square",
        "none.npy": "holds no images",
        "object.npy": "is damaged or holds no plain numbers",
        "cut.npy": "is damaged or holds no plain numbers",
        "header.npy": "is damaged or holds no plain numbers",
        "huge.npy": "is damaged or holds no plain numbers",
        "labels.idx": r"is of shape \(5,\)",
        "empty.png": "is empty",
        "page.pdf": "is a PDF: save its page as PNG",
        "drawing.svg": "is an SVG drawing: export it as PNG",
        "phone.heic": "is HEIC: save it as JPEG",
        "other.npz": "has arrays other, but none of images",
        "office.docx": "is an archive",
        "pointer.png": "is a pointer of Git LFS: fetch the file by git lfs pull",
        "page.png": "is a web page: save the picture that it shows",
        "film.gif": "has 3 frames or pages: save the one that counts",
        "pages.tiff": "has 2 frames or pages",
        "table.csv": "needs a column path",
        "text.png": r"is neither a picture \(PNG, JPEG, WebP",
        "cut.png": "is cut short",
        "head.png": "(is neither a picture|is damaged)",
        "bomb.png": "too many pixels",
        "half.png": "is cut short|is damaged",
        "long.png": "has 30000 x 1 pixels: scale it to 20000 a side",
    }


@pytest.mark.filterwarnings("error")
def test_each_bad_file_gets_its_sentence(capsys, path, test_images, tmp_path):
    sentences = bad_files(tmp_path, test_images)
    good = png(enlarged(test_images[0]), tmp_path, "good.png")
    files = [tmp_path / name for name in sentences]
    status, out, err = run_main(capsys, *files, good, "--model", path)
    assert status == 1
    assert len(out.splitlines()) == 4
    lines = err.splitlines()
    assert len(lines) == len(sentences)
    for line, (name, sentence) in zip(lines, sentences.items(), strict=True):
        with pytest.raises(AssertionError, match=sentence):
            raise AssertionError(line)
        assert line.startswith(f"predict: {tmp_path / name} ")
    status, out, _ = run_main(capsys, files[0], "--model", path, "--json", tmp_path / "o.json")
    assert (status, out) == (1, "")
    assert not (tmp_path / "o.json").exists()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.webp", {"lossless": True}),
        ("a.avif", {"quality": 100}),
        ("a.bmp", {}),
        ("a.tiff", {"compression": "tiff_lzw"}),
        ("a.gif", {}),
        ("a.jp2", {}),
        ("a.ppm", {}),
    ],
)
def test_all_that_pillow_reads(test_images, tmp_path, name, options):
    grey = 255 - enlarged(test_images[0])
    found = predict.read(png(grey, tmp_path, name, **options)).images
    assert np.corrcoef(found.ravel(), predict.read(png(grey, tmp_path)).images.ravel())[0, 1] > 0.98


def test_shapes_and_types_of_other_libraries(test_images, tmp_path):
    images = test_images[:3]
    for array in (images.reshape(3, 28, 28, 1), images.astype(np.int64), images / 255):
        np.save(tmp_path / "a.npy", array)
        source = predict.read(tmp_path / "a.npy")
        assert np.array_equal(source.images, images)
        assert bool(source.note) == (array.max() <= 1)
    for single in (images[0], images[0].ravel(), images[0].astype(bool)):
        np.save(tmp_path / "a.npy", single)
        assert predict.read(tmp_path / "a.npy").images.shape == (1, 28, 28)


def test_images_of_other_sizes_are_taken_as_pictures_of_them(test_images, tmp_path):
    greys = np.stack([255 - enlarged(image) for image in test_images[:3]])
    np.save(tmp_path / "a.npy", greys)
    files = [png(grey, tmp_path, f"{i}.png") for i, grey in enumerate(greys)]
    for form in ("handwriting", "frame"):
        source = predict.read(tmp_path / "a.npy", form=form)
        each = [predict.read(file, form=form) for file in files]
        assert np.array_equal(source.images, np.concatenate([one.images for one in each]))
        assert source.flaws == [flaw for one in each for flaw in one.flaws]
        assert source.drawn == each[0].drawn


def test_archives_and_lists_are_read_picture_by_picture(capsys, path, test_images, tmp_path):
    greys = [255 - enlarged(image) for image in test_images[:3]]
    files = [png(grey, tmp_path, f"{i}.png") for i, grey in enumerate(greys)]
    expected = run_main(capsys, *files, "--model", path, "--csv", "-")[1].splitlines()
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for file in files:
            archive.add(file, file.name)
    (tmp_path / "a.csv").write_text("path;label\n" + "".join(f"{f.name};1\n" for f in files))
    (tmp_path / "a.txt").write_text("".join(f"{file.name}\n" for file in files))
    for name, shown in (("a.tar", f"{tmp_path}/a.tar/"), ("a.csv", ""), ("a.txt", "")):
        out = run_main(capsys, tmp_path / name, "--model", path, "--csv", "-")[1].splitlines()
        assert [line.replace(shown, f"{tmp_path}/", 1) if shown else f"{tmp_path}/{line}"
                for line in out[1:]] == expected[1:]  # fmt: skip


def test_standard_input(path, test_images, tmp_path):
    data = png(255 - enlarged(test_images[0]), tmp_path).read_bytes()
    words = [sys.executable, "predict.py", "-", "--model", path, "--csv", "-"]
    done = subprocess.run(words, cwd=ROOT, input=data, capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[1].startswith("-,0,")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"])
def test_damaged_pictures_are_read_or_named(test_images, kind):
    rng, file = np.random.default_rng(0), io.BytesIO()
    Image.fromarray(enlarged(test_images[0], 60, 10)).save(file, kind)
    for number in range(20):
        data = bytearray(file.getvalue())
        data = data[: int(rng.integers(1, len(data)))] if number % 2 else data
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(256)
        with contextlib.suppress(InputError):
            assert decode(bytes(data)).grey.dtype == np.uint8
