"""Split the raw images into train, test and the rest, in the form that all later stages know."""

import sys
from pathlib import Path

import numpy as np

from mnist_clustering import files, progress
from mnist_clustering import limits as fitting
from mnist_clustering.images import checking, form, idx, resizing, splitting
from stages import common, parameters

RAW = "data/raw"
RECORD = "data/raw/dataset.json"
SPLIT = "data/split"
LABELS = "data/split_labels/{}.npy"  # for `label` alone: no other stage gets them from here


def main() -> None:
    """Bring images into form, select those of each part, write images, labels, indices."""
    params = common.load_params("split")
    record = files.load_json(RECORD)
    raw = {part: _read(prefix) for part, prefix in {"train": "train", "test": "t10k"}.items()}
    checking.check_parts(raw)
    images = np.concatenate([raw["train"][0], raw["test"][0]])
    if record.get("transposed"):
        images = images.transpose(0, 2, 1)
    if form.is_drawn(record["form"]) and images.shape[1:] != (form.FIELD, form.FIELD):
        _say(f"images of {images.shape[1]} x {images.shape[2]} pixels are brought into form")
        bar = progress.bar(images, description="split")
        record["form"] = resizing.settle(record["form"], images)
        record["paper"] = resizing.paper_of(images)
        images, note = resizing.all_to_form(bar, record["form"], record["paper"])
        _say(note)
        checking.check_content(images)
    labels, classes = checking.name_classes(
        np.concatenate([checking.filled(*raw[part]) for part in ("train", "test")]),
        record.get("classes"),
        record.get("first_label", 0),
    )
    n_train, n_test = len(raw["train"][0]), len(raw["test"][0])
    parts = splitting.split(params["method"], labels, n_train, n_test, params["seed"])
    for name, indices in parts.items():
        size = params[f"{name}_size"]
        parts[name] = splitting.stratified_part(labels, indices, size, params["seed"], name)
    parts = splitting.landmarks(parts, params["landmarks"], params["seed"])
    for name, chosen in parts.items():
        files.save_array(f"{SPLIT}/{name}_images.npy", images[chosen])
        files.save_array(LABELS.format(name), checking.narrow_dtype(labels[chosen]))
        files.save_array(f"{SPLIT}/{name}_indices.npy", chosen.astype(np.int32))
    files.save_json(
        f"{SPLIT}/dataset.json",
        {
            **{
                key: record[key]
                for key in ("name", "title", "kind", "form", "levels", "paper")
                if key in record
            },
            "height": images.shape[1],
            "width": images.shape[2],
            "classes": classes,
        },
    )
    _report(images[parts["train"]], labels, classes)
    _say(splitting.about_test(n_test, params["method"]))
    _say(splitting.about_landmarks(*(len(parts[name]) for name in ("train", "rest"))))


def _report(train: np.ndarray, labels: np.ndarray, classes: list[str | int]) -> None:
    """Say what the user should know of the images, in one sentence each."""
    given = parameters.load()  # Said, not computed with.
    sentences = [
        fitting.lowered(given, len(train)),
        checking.about_labels(labels),
        checking.about_names(classes),
        checking.about_copies(train),
    ]
    for sentence in sentences:
        _say(sentence)


def _say(sentence: str) -> None:
    if sentence:
        print(f"split: {sentence}", file=sys.stderr, flush=True)


def _read(prefix: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = (
        idx.decode(Path(f"{RAW}/{prefix}-{kind}-ubyte").read_bytes(), f"{prefix}-{kind}")
        for kind in ("images-idx3", "labels-idx1")
    )
    return images, labels


if __name__ == "__main__":
    common.run(main)
