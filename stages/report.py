"""Write the report: the run on one page, with its figures, data, params and digests."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from mnist_clustering import files
from mnist_clustering.pages import html, pipeline, sections, words
from stages import common

PIPELINE = "stages/pipeline.json"
PARAMS = "params.yaml"
DATASETS = "datasets"
DATASET = "data/split/dataset.json"
TRAIN = "data/split/train_indices.npy"
SCORES = "metrics/scores.json"
EVALUATED = "metrics/evaluate.json"
EXAMINED = "metrics/examine.json"
DRAWING = "draw@"
FIRST = "draw@map_2d"
OUTPUT = "report.html"
LIBRARIES = ("numpy",)


def main() -> None:
    """Put the results together, the most important first."""
    described, params = _json(PIPELINE), _yaml(PARAMS)
    stages = described["stages"]
    scores, evaluated, examined = (_json(path) for path in (SCORES, EVALUATED, EXAMINED))
    text, references = words.method(
        params,
        _json(DATASET)["form"],
        len(np.load(TRAIN, mmap_mode="r")),
        scores["k"],
        labelled="accuracy" in scores,
    )
    # Where files are on this machine is of no concern to others.
    params["download"].pop("mirror", None)
    values = sections.leaves(params)
    body = [
        "<h1>Report of the run</h1>",
        sections.data_set(_yaml(f"{DATASETS}/{params['download']['dataset']}.yaml")),
        sections.result(scores, evaluated, examined, params["split"]["method"]),
        '<p><a href="site/index.html">Explorer</a>: every image on the maps.</p>',
        "<h2>Figures</h2>",
        *(
            sections.figure(stage, _contents(stage), _params(name, values))
            for name, stage in sorted(stages.items(), key=lambda item: item[0] != FIRST)
            if name.startswith(DRAWING)
        ),
        "<h2>Method</h2>",
        f"<p>{html.text(text)}</p>",
        sections.listed(references),
        "<h2>Stages</h2>",
        pipeline.graph(pipeline.grouped(stages)),
        pipeline.table(stages),
        "<h2>Params and versions</h2>",
        sections.params(params),
        html.table(("package", "version"), described["versions"].items()),
    ]
    with files.output(OUTPUT) as temporary:
        page = html.document("Report of the run", body)
        temporary.write_text(page, encoding="utf-8", newline="\n")


def _contents(stage: dict[str, Any]) -> dict[str, bytes]:
    """Read a picture and what it was drawn from; of a folder every file."""
    paths = map(Path, [*stage["writes"], *stage["reads"]])
    files = (
        file for path in paths for file in (sorted(path.glob("*")) if path.is_dir() else [path])
    )
    return {file.as_posix(): file.read_bytes() for file in files}


def _params(name: str, values: dict[str, Any]) -> dict[str, Any]:
    section = f"draw.{name.removeprefix(DRAWING)}."
    return {key: value for key, value in values.items() if key.startswith(section)}


def _yaml(path: str) -> Any:
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    common.run(main, LIBRARIES)
