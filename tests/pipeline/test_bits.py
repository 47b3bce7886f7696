"""The same bytes whatever the threads, the BLAS kernel or the instruction set."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "one thread, Sandybridge": {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Sandybridge",
    },
    "two threads, Prescott, no AVX-512, other locale": {
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL",
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
    },
}
# Prints a digest of each result, from images to clusters, on real digits.
STEPS = """
import hashlib
from mnist_clustering import ImageClusters, resources
import numpy as np
from mnist_clustering.clustering import criteria, kmeans
from mnist_clustering.evaluation import bootstrap, examination
from mnist_clustering.exact.grid import snap
from mnist_clustering.model import fitted
from mnist_clustering.neighbors import nearest
from mnist_clustering.sources import digits
from mnist_clustering.tsne import optimization as tsne, plans

def show(name, *arrays):
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    print(name, hashlib.sha256(data).hexdigest())

bundled, n_jobs = digits.load(), resources.threads()
train, labels = bundled["train_images"][:300], bundled["train_labels"][:300]
found = ImageClusters(5, form="handwriting", perplexity=20, iterations=40, early_iterations=25)
found.fit(train)
for name, array in fitted.to_arrays(found._model).items():
    show(name, array)
show("placed", found.transform(bundled["test_images"][:60]))
features = found._model.features
indices, distances = nearest.nearest(features, k=60, n_jobs=n_jobs)
affinities = tsne.affinities(indices, distances.astype(np.int32), 20)
start = plans.from_components(features[:, :3], seed=0, jitter=0.01)
phases = [tsne.Phase("only", 25, 4.0)]
order = plans.by_strips(start)
embedding, _ = tsne.optimise(start, affinities, phases, order=order, theta=1.2, n_jobs=n_jobs)
show("map 3-D", embedding)
clusters = kmeans.fit(snap(embedding), 10, n_init=3, max_iter=99, seed=0)
judge = criteria.Judge(snap(embedding), np.arange(0, 300, 3))
print(judge.criteria(clusters))
given, names = clusters.labels, list(range(10))
print(examination.portraits(snap(embedding), given, labels, names, range(10)))
options = {"n_classes": 10, "resamples": 100, "seed": 0}
print(bootstrap.intervals(labels, {"map": given}, {"map": names}, **options))
"""


def digests(settings):
    unset = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    environment = kept | {"PYTHONPATH": str(ROOT)} | settings
    command = [sys.executable, "-c", STEPS]
    return subprocess.check_output(command, cwd=ROOT, env=environment, text=True).splitlines()


def test_every_step_has_the_same_bytes():
    # What this machine's own kernel gives, the committed digests of a small run tell.
    one, other = (digests(settings) for settings in SETTINGS.values())
    assert len(one) > 20
    assert one == other
