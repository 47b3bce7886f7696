"""Bring a dataset here: fetch verified files or read pictures, and lay them out in one way."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from mnist_clustering import progress, resources
from mnist_clustering.files import output, save_array, save_json, save_table
from mnist_clustering.images import checking, idx
from mnist_clustering.sources import contents, description, kinds
from mnist_clustering.sources.fetching import expected, fetch
from stages import common

DATASETS = Path("datasets")
RAW = Path("data/raw")
RECORD = "data/raw/dataset.json"
PATHS = "data/raw/paths.csv"
SKIPPED = "data/raw/skipped.csv"
THUMBNAILS = "data/raw/thumbnails.npy"
# Where DVC noted which dataset the results here are of.
LOCK = Path("dvc.lock")
BACK = "touch params.yaml && git checkout . && dvc checkout"


def main() -> None:
    """Try the user's mirror, then the sources of the dataset in order."""
    params = common.load_params("download", "dataset", "mirror")
    dataset = description.load(params["dataset"], DATASETS)
    warn(params["dataset"])
    if dataset["kind"] == "idx":
        content = contents.Content({}, {}, [])
        files: Iterable[tuple[str, bytes]] = fetched(dataset, params["mirror"])
    else:
        content = gathered(dataset, params["mirror"])
        files = content.files().items()
    for name, data in files:
        with output(RAW / name) as temporary:
            temporary.write_bytes(data)
    checking.check_parts({"train": read("train"), "test": read("t10k")})
    for sentence in content.notes:
        note(sentence)
    save_json(RECORD, content.record(params["dataset"], dataset))
    save_table(PATHS, ["path"], [[path] for path in content.paths])
    save_table(SKIPPED, ["path", "reason"], content.skipped)
    save_array(THUMBNAILS, content.thumbnails)


def fetched(dataset: dict[str, Any], location: str | None) -> Iterable[tuple[str, bytes]]:
    """Fetch the files of a dataset, each verified, from the first source that has it."""
    candidates = [kinds.make(source) for source in dataset["sources"]]
    if location is not None:
        candidates.insert(0, kinds.mirror(location))
    return fetch(expected(dataset["files"]), candidates, note)


def gathered(dataset: dict[str, Any], location: str | None) -> contents.Content:
    """Read a dataset that is no four IDX files."""
    if dataset["kind"] == "pictures":
        with progress.bar(description="pictures") as bar:
            return contents.of_pictures(dataset, resources.threads(), bar.update)
    files = dict(fetched(dataset, location))
    if dataset["kind"] == "arrays":
        return contents.of_arrays(files, dataset.get("shape"), dataset["form"])
    return contents.of_embeddings(files, dataset.get("folder"), resources.threads())


def read(prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Read images and labels of a part again, as the next stage will."""
    images, labels = (
        idx.decode((RAW / name).read_bytes(), name)
        for name in description.IDX
        if name.startswith(prefix)
    )
    return images, labels


def warn(name: str) -> None:
    """Say so where results of another dataset are about to be replaced."""
    lock = yaml.safe_load(LOCK.read_text(encoding="utf-8")) if LOCK.is_file() else {}
    stage = (lock or {}).get("stages", {}).get("download", {})
    before = stage.get("params", {}).get("params.yaml", {}).get("download", {}).get("dataset", name)
    if before != name:
        note(
            f"results of {before} here give way to those of {name}; to have them back: "
            f"{BACK}; to keep both: dvc exp run --temp"
        )


def note(sentence: str) -> None:
    """Report on stderr what a source could not give, or what was done to the images."""
    print(f"download: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    common.run(main)
