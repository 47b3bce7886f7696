"""What is installed: the library alone, small, with nothing of the pipeline."""

import ast
import subprocess
import sys
import tomllib
import zipfile

import numpy as np
import pytest
from packaging.requirements import Requirement

from dev import release
from dev.graph import ROOT
from mnist_clustering.sources import digits

# Modules whose distribution has another name.
NAMES = {"PIL": "pillow", "sklearn": "scikit-learn", "yaml": "pyyaml", "llvmlite": "numba"}
OURS = ("stages", "dev", "predict", "place", "cluster", "tests")
PROGRAM = """
import sys
import mnist_clustering
loaded = {"numba", "matplotlib", "sklearn", "openTSNE", "PIL"} & set(sys.modules)
assert not loaded, loaded
import numpy as np
from mnist_clustering import EmbeddingClusters, ImageClusters
images = np.load("images.npy")
found = ImageClusters(3, early_iterations=2, iterations=3).fit(images)
EmbeddingClusters(3, early_iterations=2, iterations=3).fit(images.reshape(len(images), -1))
found.save("model.npz")
assert (ImageClusters.load("model.npz").predict(images) == found.labels_).all()
print(mnist_clustering.__file__)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel as a release has it."""
    folder = tmp_path_factory.mktemp("wheel")
    release.wheel(ROOT, folder / "source", folder / "out", date=0)
    (made,) = (folder / "out").iterdir()
    return made


def test_it_is_pure_small_and_whole(wheel):
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 1_000_000
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    own = (ROOT / "mnist_clustering").rglob("*.py")
    assert names == {str(path.relative_to(ROOT)) for path in own}


def test_it_works_without_what_only_the_pipeline_needs(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    np.save(tmp_path / "images.npy", digits.load()["train_images"][:60])
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    place, modules = run.stdout.splitlines()
    assert place.startswith(str(tmp_path))
    extras = ("dvc", "matplotlib", "yaml", "jsonschema", "pooch", *OURS)
    assert not set(modules.split()) & set(extras)


def test_the_library_imports_what_it_declares_and_nothing_of_ours():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["pipeline"] + extras["dask"]
    declared = {Requirement(line).name.lower() for line in lines}
    for path in (ROOT / "mnist_clustering").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in (module.partition(".")[0] for module in found):
                known = name in sys.stdlib_module_names or name == "mnist_clustering"
                assert known or NAMES.get(name, name).lower() in declared, f"{path}: {name}"


def test_what_is_exported_can_be_listed_and_nothing_else_asked_for():
    import mnist_clustering

    assert {name: hasattr(mnist_clustering, name) for name in mnist_clustering.__all__} == {
        "EmbeddingClusters": True,
        "ImageClusters": True,
        "find_duplicates": True,
        "find_label_errors": True,
    }
    with pytest.raises(AttributeError, match="has no attribute 'Clusters'"):
        mnist_clustering.Clusters  # noqa: B018
