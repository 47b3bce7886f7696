"""Answers written to files and pipes."""

import os
import subprocess
import sys

import predict
from tests.support.fitted import enlarged, png, run_main


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
    with subprocess.Popen(words, cwd=predict.HERE, stdout=subprocess.DEVNULL) as running:
        assert pipe.read_text().startswith("file,image,label")
    assert running.returncode == 0
    assert pipe.is_fifo()
