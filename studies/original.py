"""Run the original study's route: raw pixels, no deskewing, t-SNE without exaggeration.

Its results are committed in ``studies/original``; ``make original`` makes them anew.
"""

import json
import os
import shutil
from pathlib import Path

from studies.workspace import ROOT, dvc, temporary_copy

OVERRIDES = {
    "features.deskew": False,
    "features.gradient_weight": 0,
    "features.pixel_weight": 1.0,
    "tsne.exaggeration": 1,
    "tsne.map_2d.iterations": 500,
}
RESULTS = ROOT / "studies" / "original"
KEPT = (
    "metrics/evaluate.json",
    "metrics/elbow_pixels.json",
    "metrics/elbow_map.json",
    "metrics/tsne_2d.json",
    "metrics/tsne_3d.json",
    "plots/map_2d.png",
)


def main() -> None:
    """Reproduce the pipeline in a temporary copy and keep its scores and its map."""
    with temporary_copy(OVERRIDES) as folder:
        dvc(folder, "repro")
        dvc(folder, "metrics", "show")
        RESULTS.mkdir(exist_ok=True)
        for name in KEPT:
            _replace(folder / name, RESULTS / Path(name).name)
    text = json.dumps(OVERRIDES, indent=2) + "\n"
    (RESULTS / "params.json").write_text(text, encoding="utf-8")


def _replace(source: Path, target: Path) -> None:
    """Copy a file so that the target is whole at any moment."""
    temporary = target.with_name(f".{target.name}.partial")
    shutil.copy(source, temporary)
    os.replace(temporary, target)


if __name__ == "__main__":
    main()
