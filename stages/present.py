"""Draw maps and clusters; write the explorer, which needs no network, and the report."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from mnist_clustering import files, resources
from mnist_clustering.pages import explorer, html, opening, packing, sections, words
from stages import common, digests, drawings, pictures
from stages.partitions import HEADLINE, PARTITIONS, PARTS

PAGE = "explorer"
PACKED = "data/pack.json"
INDICES = "data/split/{}_indices.npy"
DATASET = "data/split/dataset.json"
LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
MAPS = "data/tsne/{}/{}.npy"
PERPLEXITY = "data/tsne/2d/perplexity.json"
NEIGHBORS = "data/distortion/{}_indices.npy"
RANKED = {"train": "train_forward", "test": "test"}
NAMES = "data/evaluate/names_clusters_2d.json"
TABLE = "data/evaluate/clusters_test.csv"
PORTRAITS = "data/examine/clusters.json"
SUSPECTS = "data/examine/suspects.json"
MODEL = "models/model.npz"
CURVES = "plots/{}.csv"
SHOWN_CURVES = ("kl_2d", "kl_3d", "elbow_pixels", "elbow_map")
SCORES = "metrics/scores.json"
EVALUATED = "metrics/evaluate.json"
INTERVALS = "metrics/intervals.json"
DESCRIPTION = "datasets/{}.yaml"
# By the script that draws them.
DRAWINGS = {"present": drawings.CLUSTERS, "draw": drawings.CURVES}
SITE = "site/{}"
DATA = "site/data/{}.js"
REPORT = "report.html"
SHOWN = 10  # Neighbours, at most, that stand beside an image and that its confidence is taken of.
BULKY = {"features", "gradients", "embedding", "names", "dataset", "form"}  # Or known already.


def main() -> None:
    """Write the explorer while pictures are drawn, and the report with them."""
    with pictures.drawn(drawings.CLUSTERS, common.load_params):
        explore()
    report()


def explore() -> None:
    """Write the explorer, and what it shows of clusters; `stages.pack` wrote the rest."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(PAGE).iterdir())}
    for name, text in explorer.bundle(sources).items():
        files.save_text(SITE.format(name), text)
    packed = files.load_json(PACKED)
    indices = {part: np.load(INDICES.format(part)) for part in PARTS}
    parts = PARTS[:1] if np.array_equal(*indices.values()) else PARTS
    own = PARTITIONS[HEADLINE].load()
    clusters = {part: own[part] for part in parts}
    near = {part: np.load(NEIGHBORS.format(RANKED[part]), mmap_mode="r") for part in parts}
    shown = min(SHOWN, *(found.shape[1] for found in near.values()))
    related = [(near[part], clusters["train"], clusters[part]) for part in parts]
    with np.load(MODEL) as arrays:
        model = {name: arrays[name] for name in arrays.files if name not in BULKY}
        ranks = {"ranks_gradients": bool(len(arrays["gradients"])), "rules": packed.pop("rules")}
    rows = {
        "label": _rows(LABELS, parts),
        "classes": files.load_json(CLASSES)["classes"],
        "cluster": np.concatenate(list(clusters.values())),
        "index": np.concatenate([indices[part] for part in parts]),
        "maps": {dims: _rows(MAPS.format(dims, "{}"), parts) for dims in ("2d", "3d")},
    }
    names, portraits = files.load_json(NAMES), files.load_json(PORTRAITS)[HEADLINE]
    results = {
        **packed,
        "scores": files.load_json(SCORES),
        "suspects": files.load_json(SUSPECTS),
        "curves": {name: opening.columns(_text(CURVES.format(name))) for name in SHOWN_CURVES},
    }
    groups = opening.groups(rows, model, names, [portrait["medoid"] for portrait in portraits])
    seen = opening.images(rows, related, len(clusters["train"]), shown)
    packs: dict[str, Any] = {"model": packing.plain(model) | ranks}
    packs |= {"map": seen | groups | results, "neighbors": opening.neighbors(related, shown)}
    for name, text in packing.scripts(packs, resources.threads()).items():
        files.save_text(DATA.format(name), text)


def report() -> None:
    """Write the report: the run on one page, the most important first."""
    params = common.load_all_params()
    scores, evaluated, intervals = map(files.load_json, (SCORES, EVALUATED, INTERVALS))
    text, references = words.method(
        params,
        files.load_json(DATASET)["form"],
        len(np.load(INDICES.format("train"), mmap_mode="r")),
        scores["k"],
        perplexity=files.load_json(PERPLEXITY)["perplexity"],
        labelled="accuracy" in scores,
    )
    # Where files are on this machine is of no concern to others.
    params["download"].pop("mirror", None)
    values = sections.leaves(params)
    description = yaml.safe_load(_text(DESCRIPTION.format(params["download"]["dataset"])))
    drawn = [(script, *drawing) for script, own in DRAWINGS.items() for drawing in own.items()]
    body = [
        "<h1>Report of the run</h1>",
        sections.data_set(description),
        sections.result(scores, evaluated, intervals, HEADLINE, params["split"]["method"]),
        sections.EXPLORER,
        "<h2>Figures</h2>",
        *(_figure(script, name, drawing, values) for script, name, drawing in drawn),
        "<h2>Method</h2>",
        f"<p>{html.text(text)}</p>",
        sections.listed(references),
        "<h2>Params and versions</h2>",
        sections.pasteable(yaml.safe_dump(params, sort_keys=False, allow_unicode=True)),
        html.table(("package", "version"), digests.installed().items()),
    ]
    files.save_text(REPORT, html.document("Report of the run", body))


def _figure(script: str, name: str, drawing: drawings.Drawing, values: dict[str, Any]) -> str:
    """Show a picture with what it was drawn from, as its stage has it."""
    paths = [drawings.OUTPUT.format(name), *drawing.inputs.values()]
    own = {key: value for key, value in values.items() if key.startswith(f"draw.{name}.")}
    groups: dict[str, list[int]] = {}
    if name == "clusters":
        portraits = files.load_json(PORTRAITS)[HEADLINE]
        groups = sections.members(portraits, np.load(INDICES.format("train")))
    elif name == "confused":
        rows = csv.DictReader(_text(TABLE).splitlines())
        most, wide = (values[f"draw.{name}.{key}"] for key in ("pairs", "columns"))
        groups = sections.confused(rows, f"{HEADLINE}_label", most, wide)
    return sections.figure(
        drawing.shows,
        f"python -m stages.{script}",
        {path: Path(path).read_bytes() for path in paths},
        own,
        sections.images(groups),
    )


def _rows(path: str, parts: Iterable[str]) -> np.ndarray:
    return np.concatenate([np.load(path.format(part)) for part in parts])


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


if __name__ == "__main__":
    common.run(main)
