"""Measure how `predict.py` treats new images: other handwriting, printed fonts, and non-digits.

    python -m dev.studies.predict

needs a finished run (``make repro``) and writes ``dev/studies/results/predict.json``. Each set is
real or drawn with a fixed seed; china.jpg and flower.jpg come with scikit-learn, hopper.jpg and the
fonts with matplotlib. How novelty is measured was chosen on train, letters and china.jpg, with
flower.jpg and MNIST's test part in view; hopper.jpg is only reported. How pictures are brought into
form was chosen on sheets after digits of train; those here are after digits of MNIST's test part.
"""

import itertools
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_digits, load_sample_images

import predict
from dev import provenance
from dev.studies import sheets, sweeps
from dev.workspace import command_line
from mnist_clustering import progress
from mnist_clustering.images import handwriting

MADE_BY = (
    "dev/studies/predict.py",
    "dev/studies/sheets.py",
    "dev/studies/sweeps.py",
    "predict.py",
    "mnist_clustering/model/answers.py",
    "bundle",
    "mnist_clustering/images/handwriting.py",
    "mnist_clustering/images/paper.py",
    "mnist_clustering/images/parts.py",
    "mnist_clustering/images/decode.py",
)
RESULTS = "dev/studies/results/predict.json"
IMAGES, LABELS = "data/split/test_images.npy", "data/label/test.npy"
SEED = 0
N = 200
SIDES = (28, 56, 112, 224)
# How many digits are drawn for each condition, and how many of MNIST's are enlarged as they are.
SHEETS, ENLARGED = 300, 1000
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif"),
    *("DejaVuSerif-Italic", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic"),
    *("cmb10", "cmr10", "cmss10", "cmtt10"),
)
Grey = np.ndarray
Noise = Callable[[np.random.Generator, tuple[int, ...]], Grey]


def main() -> None:
    """Measure each set and write the results."""
    model = predict.load_model(predict.MODEL)
    rng = np.random.default_rng(SEED)
    images, digits = np.load(IMAGES), np.load(LABELS)
    results: dict[str, Any] = {"mnist_test": _score(model, _arrays(images), digits)}
    large = _pictures(255 - sweeps.enlarge(image) for image in images[:ENLARGED])
    results["mnist_test_enlarged"] = _score(model, large, digits[:ENLARGED])
    hands = load_digits()
    results["load_digits"] = _score(model, _pictures(map(_enlarge, hands.images)), hands.target)
    results["fonts"] = _fonts(model)
    results["sheets"] = _sheets(model, images, digits)
    results["rejected"] = {
        name: _rejected(model, source) for name, source in _non_digits(rng).items()
    }
    results["seconds"] = _seconds(images)
    provenance.save(Path(RESULTS), results, MADE_BY)


def _sheets(model: Any, images: np.ndarray, digits: np.ndarray) -> dict[str, dict[str, float]]:
    """Score digits drawn anew, on paper, under each condition."""
    results = {}
    for number, (name, draw) in enumerate(progress.bar(sweeps.CONDITIONS.items())):
        rng = np.random.default_rng([SEED, number])
        order = rng.permutation(len(images))
        chosen = list(itertools.islice((i for i in order if sheets.faithful(images[i])), SHEETS))
        source = _pictures(draw(rng, images[i]) for i in chosen)
        results[name] = _score(model, source, digits[chosen])
    return results


def _arrays(images: np.ndarray) -> predict.Source:
    return predict.Source("arrays", images, [None] * len(images), [None] * len(images))


def _pictures(greys: Iterable[Grey]) -> predict.Source:
    """Normalise pictures to MNIST's form, as `predict.read` does with files."""
    drawings = [handwriting.normalise(grey) for grey in greys]
    images = np.stack([drawing.image for drawing in drawings])
    flaws, boxes = zip(*((drawing.flaw, drawing.bounds) for drawing in drawings), strict=True)
    return predict.Source("pictures", images, list(flaws), list(boxes))


def _score(model: Any, source: predict.Source, digits: np.ndarray) -> dict[str, float]:
    """Compute the share of images given their digit (rejected ones are not), and of rejections."""
    rows = predict.predict([source], model)
    right = [row["label"] == digit for row, digit in zip(rows, digits.tolist(), strict=True)]
    rejected = [row["reason"] is not None for row in rows]
    wrong = [not (yes or no) for yes, no in zip(right, rejected, strict=True)]
    return {
        "n": len(rows),
        "accuracy": _share(right),
        "wrong": _share(wrong),
        "rejected": _share(rejected),
    }


def _rejected(model: Any, source: predict.Source) -> dict[str, float]:
    rows = predict.predict([source], model)
    return {"n": len(rows), "share": _share([row["reason"] is not None for row in rows])}


def _share(flags: list[bool]) -> float:
    return round(sum(flags) / len(flags), 4)


def _enlarge(image: np.ndarray) -> Grey:
    """Enlarge a digit of 8 x 8 pixels to 64 x 64, on a sheet of 96 x 96."""
    picture = Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8))
    return np.pad(np.asarray(picture.resize((64, 64), Image.Resampling.LANCZOS)), 16)


def _fonts(model: Any) -> dict[str, Any]:
    """Score digits and letters printed in black on white."""
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    results: dict[str, Any] = {}
    for name in FONTS:
        font = ImageFont.truetype(folder / f"{name}.ttf", 96)
        digits = _pictures(_print(character, font) for character in string.digits)
        letters = _pictures(_print(character, font) for character in string.ascii_letters)
        scored = _score(model, digits, np.arange(10))
        letters_rejected = _rejected(model, letters)["share"]
        results[name] = {key: scored[key] for key in ("accuracy", "wrong", "rejected")}
        results[name]["letters_rejected"] = letters_rejected
    columns = ("accuracy", "wrong", "rejected", "letters_rejected")
    means = {
        key: round(float(np.mean([results[name][key] for name in FONTS])), 4) for key in columns
    }
    return {"mean": means} | results


def _print(character: str, font: ImageFont.FreeTypeFont) -> Grey:
    sheet = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(sheet).text((100, 100), character, fill=0, font=font, anchor="mm")
    return np.asarray(sheet)


def _non_digits(rng: np.random.Generator) -> dict[str, predict.Source]:
    """Make blanks, noise and patches of photographs, as arrays and as pictures of several sizes."""
    shades = np.arange(0, 256, 5, dtype=np.uint8)
    blanks = np.broadcast_to(shades[:, None, None], (len(shades), 28, 28)).copy()
    grainy = [_grain(rng, shade, side) for shade in shades[::5] for side in SIDES]
    sets = {"blank arrays": _arrays(blanks), "blank pictures": _pictures(grainy)}
    sets |= {name: _pictures(draw(rng)) for name, draw in sweeps.NO_DIGITS.items()}
    for name, draw in NOISE.items():
        sets[f"{name} arrays"] = _arrays(draw(rng, (N, 28, 28)))
        each = (draw(rng, (side, side)) for side in SIDES for _ in range(N // len(SIDES)))
        sets[f"{name} pictures"] = _pictures(each)
    for name, grey in _photographs().items():
        sets[f"{name} arrays"] = _arrays(np.stack([_patch(rng, grey, 28) for _ in range(N)]))
        for side in SIDES:
            patches = [_patch(rng, grey, side) for _ in range(N)]
            sets[f"{name} pictures of {side}"] = _pictures(patches)
    return sets


def _photographs() -> dict[str, Grey]:
    """Load photographs, in shades of grey."""
    images = dict(zip(("china", "flower"), load_sample_images().images, strict=True))
    photos = {name: Image.fromarray(image) for name, image in images.items()}
    photos["hopper"] = Image.open(
        Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
    )
    return {name: np.asarray(photo.convert("L")) for name, photo in photos.items()}


def _grain(rng: np.random.Generator, shade: int, side: int) -> Grey:
    """Make an empty sheet with the noise of a camera."""
    return _clip(rng.normal(float(shade), 4, (side, side)))


def _patch(rng: np.random.Generator, grey: Grey, side: int) -> Grey:
    row, column = (int(rng.integers(0, size - side + 1)) for size in grey.shape)
    return grey[row : row + side, column : column + side]


def _clip(values: np.ndarray) -> Grey:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _salt(share: float) -> Noise:
    return lambda rng, shape: np.where(rng.random(shape) < share, 255, 0).astype(np.uint8)


def _salt_and_pepper(rng: np.random.Generator, shape: tuple[int, ...]) -> Grey:
    drawn = rng.random(shape)
    return np.where(drawn < 0.1, 0, np.where(drawn > 0.9, 255, 128)).astype(np.uint8)


NOISE: dict[str, Noise] = {
    "uniform noise": lambda rng, shape: rng.integers(0, 256, shape).astype(np.uint8),
    "gaussian noise": lambda rng, shape: _clip(rng.normal(128, 50, shape)),
    "gaussian noise on black": lambda rng, shape: _clip(rng.normal(0, 50, shape)),
    "salt and pepper": _salt_and_pepper,
    "salt 2 %": _salt(0.02),
    "salt 10 %": _salt(0.1),
    "salt 50 %": _salt(0.5),
}


def _seconds(images: np.ndarray) -> dict[str, float]:
    """Measure the time of whole processes: for one picture, and for all test images."""
    with tempfile.TemporaryDirectory() as folder:
        picture, array = Path(folder, "digit.png"), Path(folder, "test.npy")
        Image.fromarray(255 - images[0]).resize((280, 280)).save(picture)
        np.save(array, images)
        return {
            "one_picture": _time(picture),
            f"{len(images)}_images": _time(array),
        }


def _time(file: Path) -> float:
    start = time.perf_counter()
    words = [sys.executable, "predict.py", str(file), "--csv", str(file.with_suffix(".csv"))]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - start, 2)


if __name__ == "__main__":
    command_line(main, "predict", __doc__)
