"""Pictures of all kinds, arrays, folders and standard input, and what is none of these."""

import contextlib
import io
import subprocess
import sys
import tarfile

import numpy as np
import pytest
from PIL import Image

import predict
from mnist_clustering.errors import InputError
from mnist_clustering.images.decode import decode
from tests.support.fitted import ROOT, enlarged, png, run_main


@pytest.mark.filterwarnings("error")
def test_each_bad_file_gets_its_sentence_in_their_order(capsys, path, test_images, tmp_path):
    np.save(tmp_path / "negative.npy", test_images.astype(float) - 1)
    np.save(tmp_path / "none.npy", test_images[:0])
    (tmp_path / "text.png").write_text("not a picture")
    good = png(enlarged(test_images[0]), tmp_path, "good.png")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:400])
    sentences = {
        "missing.png": "cannot be read: No such file",
        "negative.npy": "has values from -1 to 254, but images begin at 0",
        "cut.png": "is cut short",
        "none.npy": "holds no images",
        "text.png": "is neither a picture (PNG, JPEG, WebP",
    }
    files = [tmp_path / name for name in sentences]
    status, out, err = run_main(capsys, *files[:2], good, *files[2:], "--model", path)
    assert status == 1
    assert len(out.splitlines()) == 4
    for line, (name, sentence) in zip(err.splitlines(), sentences.items(), strict=True):
        assert line.startswith(f"predict: {tmp_path / name} {sentence}")
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
