"""Run the original study's route: raw pixels, no deskewing, t-SNE without exaggeration.

Its results are committed in ``dev/studies/results/original``; ``make original`` renews them.
"""

import shutil
from pathlib import Path

from dev import provenance
from dev.workspace import block_alone, command_line, temporary_copy
from mnist_clustering import files
from stages.workspace import ROOT, dvc, repro

OVERRIDES = {
    "features.deskew": False,
    "features.whiten": False,
    **block_alone("pixel"),
    "distortion.directions": "none",
    "tsne.perplexity": 30,
    "tsne.test_neighbors": 15,
    "tsne.exaggeration": 1,
    "tsne.map_2d.jitter": 0.01,
    "tsne.map_2d.early_iterations": 250,
    "tsne.map_2d.iterations": 500,
    "tsne.map_3d.iterations": 200,
    "draw.map_2d.title": "The 2-D t-SNE map of the original study's route",
}
RESULTS = ROOT / "dev/studies/results/original"
KEPT = (
    "metrics/evaluate.json",
    "metrics/elbow_pixels.json",
    "metrics/elbow_map.json",
    "metrics/tsne_2d.json",
    "metrics/tsne_3d.json",
    "plots/map_2d.png",
)
MADE_BY = ("dev/studies/original.py", "evaluate", "present")


def main() -> None:
    """Reproduce the pipeline in a temporary copy; keep its scores, its map and its params."""
    with temporary_copy(OVERRIDES) as folder:
        repro(folder)
        dvc(folder, "metrics", "diff", "--all")
        for name in KEPT:
            with files.output(RESULTS / Path(name).name) as temporary:
                shutil.copyfile(folder / name, temporary)
    # What made them stands with the params.
    provenance.save(RESULTS / "params.json", OVERRIDES, MADE_BY, OVERRIDES)


if __name__ == "__main__":
    command_line(main, "original", __doc__)
