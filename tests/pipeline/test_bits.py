"""The same bytes whatever the threads, the BLAS kernel or the instruction set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "one thread, Sandybridge": {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Sandybridge",
    },
    "two threads, Prescott": {
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "OPENBLAS_CORETYPE": "Prescott",
    },
    "no AVX-512, other locale": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL",
        "OPENBLAS_CORETYPE": "Haswell",
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
    },
}
# Prints a digest of each step, from images to clusters, on real digits.
STEPS = """
import hashlib
from mnist_clustering import resources
import numpy as np
from stages import common
from mnist_clustering.clustering import criteria, kmeans, merging
from mnist_clustering.sources import digits
from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.tsne import optimization as tsne, placement, plans
from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.evaluation import bootstrap, examination
from mnist_clustering.exact.grid import snap
from mnist_clustering.features import descriptors

def show(name, *arrays):
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    print(name, hashlib.sha256(data).hexdigest())

bundled = digits.load()
train, test = bundled["train_images"][:500], bundled["test_images"][:90]
flat = bundled["train_images"].reshape(-1, 784)
pixels = kmeans.fit(flat, 10, n_init=2, max_iter=99, seed=0, n_jobs=resources.threads())
show("kmeans", pixels.centres, pixels.labels)
blocks = [
    descriptors.Block("gradient", 16, 1.0),
    descriptors.Block("concavity", 12, 0.7),
    descriptors.Block("pixel", 10, 0.5),
]
fitted, features = descriptors.fit_transform(train, blocks, deskewed=True, whiten=True)
show("bases", *(basis.loadings for basis in fitted.bases.values()))
indices, distances = neighbors.nearest(features, k=60, n_jobs=resources.threads())
show("neighbours", indices, distances)
gradients = distortion.gradient_images(train)
forward = distortion.rank(gradients, gradients, indices, n_jobs=resources.threads())
reverse = distortion.reverse(gradients, forward, 60, n_jobs=resources.threads())
directions = [(near.indices, near.distances) for near in (forward.first(60), reverse)]
show("distortion", *directions[0], *directions[1])
affinities = tsne.mixed_affinities(*directions, 2, 20, resources.threads())
for n_dims in (2, 3):
    start = plans.from_components(features[:, :n_dims], seed=0, jitter=0.01)
    phases = [tsne.Phase("early", 25, 12.0, 0.5), tsne.Phase("final", 25, 4.0)]
    order = plans.by_strips(start) if n_dims == 3 else plans.by_signs(features[:, :8])
    n_jobs = resources.threads()
    embedding, _ = tsne.optimise(start, affinities, phases, order=order, theta=1.2, n_jobs=n_jobs)
    show(f"map {n_dims}", embedding)
    clusters = kmeans.fit(snap(embedding), 10, n_init=3, max_iter=99, seed=0)
    show(f"recluster {n_dims}", clusters.centres, clusters.labels)
placed, _ = neighbors.nearest(features, descriptors.transform(test, fitted), k=15)
show("placed", placement.place(embedding, placed))
judge = criteria.Judge(snap(embedding), np.arange(0, len(features), 3))
print(judge.criteria(clusters))
counts = merging.count_containment(
    clusters.labels, forward.indices[:, :10], reverse.indices[:, :10], 10
)
merges = merging.merge(counts, np.bincount(clusters.labels, minlength=10))
show("merged", merging.partition(merges, 5)[clusters.labels])
shown, labels, names = bundled["train_labels"][:500], clusters.labels, list(range(10))
print(examination.portraits(snap(embedding), labels, shown, names, range(10)))
options = {"n_classes": 10, "resamples": 100, "seed": 0}
print(bootstrap.intervals(shown, {"map": labels}, {"map": names}, **options))
"""


def digests(settings):
    unset = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [sys.executable, "-c", STEPS],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)} | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def expected():
    return digests({})


@pytest.mark.parametrize("name", SETTINGS)
def test_every_step_has_the_same_bytes(name, expected):
    assert len(expected) == 13
    assert digests(SETTINGS[name]) == expected


def test_the_digest_tells_one_seed_from_another(expected, monkeypatch):
    monkeypatch.setitem(globals(), "STEPS", STEPS.replace("jitter=0.01", "jitter=0.02"))
    changed = digests({})
    before_the_maps = ("kmeans", "bases", "neighbours", "distortion")
    same = {line.split()[0] for line in changed if line in expected}
    assert set(before_the_maps) <= same <= {*before_the_maps, "merged"}
