"""Pictures of all kinds, arrays and pipes, and what is none of these; where answers go."""

import contextlib
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

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


def test_standard_input(path, test_images, tmp_path):
    data = png(255 - enlarged(test_images[0]), tmp_path).read_bytes()
    words = [sys.executable, "predict.py", "-", "--model", path, "--csv", "-"]
    done = subprocess.run(words, cwd=ROOT, input=data, capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[1].startswith("-,0,")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
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


def test_images_are_not_written_over(capsys, path, test_images, tmp_path):
    files = [png(enlarged(image), tmp_path, f"{i}.png") for i, image in enumerate(test_images[:2])]
    before = files[0].read_bytes()
    # The first picture is taken for the option's file.
    status, _, err = run_main(capsys, "--model", path, "--csv", *files)
    assert (status, err) == (
        1, f"predict: {files[0]} holds images: name another file to write to\n"
    )  # fmt: skip
    assert files[0].read_bytes() == before


def test_a_pipe_stays_a_pipe(path, test_images, tmp_path):
    picture, pipe = png(enlarged(test_images[0]), tmp_path), tmp_path / "pipe"
    os.mkfifo(pipe)
    words = [sys.executable, "predict.py", picture, "--model", path, "--csv", pipe]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as running:
        assert pipe.read_text().startswith("file,image,label")
    assert running.returncode == 0
    assert pipe.is_fifo()
