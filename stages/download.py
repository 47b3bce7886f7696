"""Download the four IDX files of a dataset; each is verified before it gets its name."""

import sys
from pathlib import Path
from typing import Any

import yaml

from stages import common
from stages.methods.errors import InputError
from stages.sources import kinds
from stages.sources.fetching import Source, fetch
from stages.sources.folder import Folder
from stages.sources.web import Web

DATASETS = Path("stages/datasets")
RAW = Path("data/raw")


def main() -> None:
    """Try the user's mirror, then the sources of the dataset in order."""
    params = common.load_params("download", "dataset", "mirror")
    dataset = load_dataset(params["dataset"])
    candidates = [kinds.make(source) for source in dataset["sources"]]
    if params["mirror"] is not None:
        candidates.insert(0, mirror(params["mirror"]))
    for name, data in fetch(dataset["files"], candidates, note):
        with common.output(RAW / name) as temporary:
            temporary.write_bytes(data)


def load_dataset(name: str) -> dict[str, Any]:
    """Read ``stages/datasets/NAME.yaml``.

    Raises
    ------
    InputError
        If there is no dataset of this name.
    """
    path = DATASETS / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in DATASETS.glob("*.yaml")))
        raise InputError(f"download.dataset is {name!r}, but {DATASETS} has {known}")
    dataset: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return dataset


def mirror(location: str) -> Source:
    """Return the source that ``download.mirror`` names: a web address or a folder."""
    if location.startswith(("http://", "https://")):
        return Web(location)
    return Folder(location)


def note(failure: str) -> None:
    """Report on stderr why a source failed."""
    print(f"download: {failure}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    # No library is part of the cache key, because the digests determine every byte.
    common.run(main)
