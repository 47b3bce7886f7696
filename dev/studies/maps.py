"""Make maps at other perplexities, and that of the original study's route, for the explorer.

``make maps`` writes 10,000 fixed training images on each to ``dev/studies/results/maps.npz``.
The explorer shows them beside the map of the run if they are of the same images.
"""

import json
from typing import Any

import numpy as np

from dev import differences, provenance
from dev.studies import original
from dev.workspace import command_line, temporary_copy
from mnist_clustering import files
from mnist_clustering.pages.compact import compact
from stages.workspace import ROOT, repro

PERPLEXITIES = (5, 10, 20, 30, 50)
RESULTS = ROOT / "dev/studies/results"
STAGE = "tsne@2"
MADE_BY = ("dev/studies/maps.py", "mnist_clustering/pages/compact.py", STAGE)


def main() -> None:
    """Run the pipeline up to the 2-D map for each; what they share is computed once."""
    most = 3 * max(PERPLEXITIES)
    runs: dict[str, dict[str, Any]] = {
        f"perplexity {perplexity}": {"tsne.perplexity": perplexity, "distortion.k": most}
        for perplexity in PERPLEXITIES
    }
    runs["the original study's route"] = original.OVERRIDES
    maps, divergences, images = [], {}, set()
    for name, overrides in runs.items():
        with temporary_copy(overrides) as folder:
            repro(folder, [STAGE])
            with np.load(folder / "data/tsne/2d/course.npz") as course:
                rows, positions = course["rows"], course["positions"][-1]
            maps.append(compact(positions))
            found = json.loads((folder / "metrics/tsne_2d.json").read_text(encoding="utf-8"))
            divergences[name] = found["kl_divergence"]
            images.add(differences.digest(folder / "data/split/train_images.npy"))
    (own,) = images
    files.save_arrays(
        RESULTS / "maps.npz",
        images=np.frombuffer(bytes.fromhex(own), dtype=np.uint8),
        rows=rows,
        perplexities=np.array(PERPLEXITIES),
        steps=np.stack([steps for steps, _ in maps]),
        units=np.array([unit for _, unit in maps]),
    )
    overrides = {"distortion.k": most}
    provenance.save(RESULTS / "maps.json", {"kl_divergence": divergences}, MADE_BY, overrides)


if __name__ == "__main__":
    command_line(main, "maps", __doc__)
