"""Write the report: the run on one page, with its figures, data, params and digests."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from mnist_clustering import files
from mnist_clustering.figures import captions
from mnist_clustering.pages import html, sections, words
from stages import common, digests, drawings
from stages.partitions import HEADLINE

PARAMS = "params.yaml"
DATASETS = "datasets"
DATASET = "data/split/dataset.json"
TRAIN = "data/split/train_indices.npy"
TABLE = "data/evaluate/clusters_test.csv"
PORTRAITS = "data/examine/clusters.json"
SCORES = "metrics/scores.json"
EVALUATED = "metrics/evaluate.json"
INTERVALS = "metrics/intervals.json"
PERPLEXITY = "data/tsne/2d/perplexity.json"
DRAWINGS = {"clusters": drawings.CLUSTERS, "curves": drawings.CURVES}
OUTPUT = "report.html"
_EXPLORER = (
    '<p>Every image on the maps: <a href="site/index.html">explorer</a>. It is no part of this '
    "page: whoever gets it by mail needs the folder <code>site</code> beside it too.</p>"
)


def main() -> None:
    """Put the results together, the most important first."""
    params = common.load_all_params()
    scores, evaluated, intervals = (_json(path) for path in (SCORES, EVALUATED, INTERVALS))
    text, references = words.method(
        params,
        _json(DATASET)["form"],
        len(np.load(TRAIN, mmap_mode="r")),
        scores["k"],
        perplexity=_json(PERPLEXITY)["perplexity"],
        labelled="accuracy" in scores,
    )
    # Where files are on this machine is of no concern to others.
    params["download"].pop("mirror", None)
    values = sections.leaves(params)
    body = [
        "<h1>Report of the run</h1>",
        sections.data_set(_yaml(f"{DATASETS}/{params['download']['dataset']}.yaml")),
        sections.result(scores, evaluated, intervals, HEADLINE, params["split"]["method"]),
        _EXPLORER,
        "<h2>Figures</h2>",
        *(
            _figure(group, name, drawing, values)
            for group, own in DRAWINGS.items()
            for name, drawing in own.items()
        ),
        "<h2>Method</h2>",
        f"<p>{html.text(text)}</p>",
        sections.listed(references),
        "<h2>Params and versions</h2>",
        html.details(
            "All params, as params.yaml takes them", f"<pre>{html.text(_dump(params))}</pre>"
        ),
        html.table(("package", "version"), digests.installed().items()),
    ]
    with files.output(OUTPUT) as temporary:
        page = html.document("Report of the run", body)
        temporary.write_text(page, encoding="utf-8", newline="\n")


def _figure(group: str, name: str, drawing: drawings.Drawing, values: dict[str, Any]) -> str:
    """Show a picture with what it was drawn from, as its stage has it."""
    paths = [drawings.OUTPUT.format(name), *drawing.inputs.values()]
    return sections.figure(
        drawing.shows,
        f"python -m stages.draw {group}",
        {path: Path(path).read_bytes() for path in paths},
        {key: value for key, value in values.items() if key.startswith(f"draw.{name}.")},
        sections.images(_single(name, values)),
    )


def _single(name: str, values: dict[str, Any]) -> dict[str, list[int]]:
    """Name the images of a picture by group, where single ones stand in it."""
    groups: dict[str, list[int]] = {}
    if name == "clusters":
        indices = np.load(TRAIN)
        for i, own in enumerate(_json(PORTRAITS)[HEADLINE]):
            rows = [row for row in (own["medoid"], *own["members"]) if row is not None]
            cluster = captions.cluster_name(i, own["digit"], matched=own["purity"] is not None)
            groups[cluster] = indices[rows].tolist()
    elif name == "confused":
        table = csv.DictReader(Path(TABLE).read_text(encoding="utf-8").splitlines())
        for row in sorted(table, key=lambda row: -float(row["misplaced"])):
            true, given = row["label"], row[f"{HEADLINE}_label"]
            if true not in ("", given):
                pair = f"{true} → {given or captions.NONE}"
                groups.setdefault(pair, []).append(int(row["index"]))
        ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        most, wide = (values[f"draw.{name}.{key}"] for key in ("pairs", "columns"))
        groups = {pair: own[:wide] for pair, own in ranked[:most]}
    return groups


def _dump(params: dict[str, Any]) -> str:
    return yaml.safe_dump(params, sort_keys=False, allow_unicode=True)


def _yaml(path: str) -> Any:
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main)
