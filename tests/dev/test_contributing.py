"""What CONTRIBUTING.md says of additions is all that they take."""

import json
import re

import pytest
import yaml
from PIL import Image

from mnist_clustering.images import idx
from mnist_clustering.sources import digits
from stages.workspace import set_params
from tests.support import clones, inline
from tests.support.documents import ROOT, text_of

INK = '''"""How much ink each quarter of an image has."""

import numpy as np
from numpy.typing import NDArray


def ink_features(upright: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average the ink of each quarter: shape (n, 4)."""
    n, high, wide = upright.shape
    quarters = upright.reshape(n, 2, high // 2, 2, wide // 2).mean(axis=(2, 4))
    return quarters.reshape(n, 4).astype(np.uint8)
'''
COURSE = '''"""The last KL divergences."""

from matplotlib.figure import Figure

from mnist_clustering.figures import canvas


def draw(flat) -> Figure:
    """Draw a curve."""
    figure, top = canvas.page(2.5, "The course", "Of the 2-D map.")
    (axes,) = canvas.panels(figure, 1, 1, top=top, bottom=0.5, left=0.5, right=0.2, gap=(0, 0))
    axes.plot(flat["iteration"], flat["kl_divergence"])
    return figure
'''
ENTRY = """    "course": Drawing("A curve of the 2-D map", "course", {"flat": "plots/kl_2d.csv"}),
"""
# By what is added: new files, and in existing ones what stands before which words.
ADDITIONS = {
    "block of features": (
        {"mnist_clustering/features/ink.py": INK},
        {
            "mnist_clustering/features/descriptors.py": {
                "from mnist_clustering.images import form\n": "from mnist_clustering.features.ink "
                "import ink_features\n",
                '    "pixel": lambda': '    "ink": ink_features,\n',
            },
            "params.yaml": {
                "  pixel_components:": "  ink_components: 3         # of the ink\n"
                "  ink_weight: 0.5           # of this block\n"
            },
        },
    ),
    "plot": (
        {"mnist_clustering/figures/course.py": COURSE},
        {
            "stages/drawings.py": {'    "kl": Drawing(': ENTRY},
            "dvc.yaml": {
                "    - plots/elbow_map.png:\n": "    - plots/course.png:\n        cache: false\n"
            },
        },
    ),
    "metric": (
        {},
        {
            "mnist_clustering/evaluation/scores.py": {
                '        "nmi": shared': '        "matched": len(set(matched) - {None}),\n'
            },
            "docs/output.md": {
                "majority_accuracy, nmi, ari |": "matched (labels that a cluster is named after), "
            },
        },
    ),
}


def guide(title):
    """Return what CONTRIBUTING.md says of an addition."""
    return re.search(rf"### Add a {title}\n(.*?)\n### ", text_of(ROOT / "CONTRIBUTING.md"), re.S)[1]


@pytest.mark.parametrize(("title", "most"), [("plot", 2), ("metric", 2), ("block of features", 3)])
def test_additions_take_few_files_all_of_which_the_guide_names(title, most):
    new, edited = ADDITIONS[title]
    named = guide(title).replace("NAME", r"\w+")
    assert len(edited) <= most
    assert all(path in named for path in edited)
    assert all(path.rpartition("/")[0] in named for path in new)


def test_additions_work_in_a_copy(clone):
    for new, edited in ADDITIONS.values():
        for path, text in new.items():
            (clone / path).write_text(text, encoding="utf-8")
        for path, places in edited.items():
            text = (clone / path).read_text(encoding="utf-8")
            for before, added in places.items():
                assert text.count(before) == 1, (path, before)
                text = text.replace(before, added + before)
            (clone / path).write_text(text, encoding="utf-8")
    add_dataset(clone)
    stages = clones.repro(clone, "evaluate", "draw")
    assert {"features", "tsne@2", "evaluate", "draw"} <= stages
    found = json.loads((clone / "metrics/evaluate.json").read_text())
    assert found["clusters_2d"]["test"]["matched"] == 10
    with Image.open(clone / "plots/course.png") as picture:
        assert picture.width > 100
    clones.module(clone, "dev.tables")
    assert "A curve of the 2-D map" in (clone / "docs/output.md").read_text()
    assert "features.ink_weight" in (clone / "docs/params.md").read_text()
    assert clones.module(clone, "dev.check").stderr == ""
    chosen = ("tests/wiring/test_wiring.py", "tests/features/test_descriptors.py",
              "tests/evaluation/test_scores.py")  # fmt: skip
    clones.module(clone, "pytest", "-q", "-n", "0", "-x", "-p", "no:cacheprovider", *chosen)
    # The new dataset, up to its labels.
    set_params(clone / "params.yaml", {"download.dataset": "tiny", "split.train_size": 50})
    set_params(clone / "params.yaml", {"split.test_size": 10})
    assert {"download", "split", "label"} <= clones.repro(clone, "label")
    assert json.loads((clone / "data/split/dataset.json").read_text())["title"] == "Few"


def add_dataset(clone):
    """Describe 60 digits in the folder of a clone as a dataset."""
    folder = clone / "few"
    folder.mkdir()
    known = digits.load()
    files = {}
    for part, name, size in (("train", "train", 50), ("test", "t10k", 10)):
        for kind, ending in (("images", "images-idx3"), ("labels", "labels-idx1")):
            path = folder / f"{name}-{ending}-ubyte"
            path.write_bytes(idx.encode(known[f"{part}_{kind}"][:size]))
            files[path.name] = inline.digest(path)
    sources = [{"kind": "folder", "location": str(folder)}]
    text = yaml.safe_dump({"title": "Few", "files": files, "sources": sources})
    (clone / "datasets/tiny.yaml").write_text(text, encoding="utf-8")
