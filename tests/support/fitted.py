"""A model fitted to the small real digits of scikit-learn, and pictures of such digits."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import predict
from mnist_clustering import files
from mnist_clustering.clustering import kmeans, merging
from mnist_clustering.distortion import ranking as distortion
from mnist_clustering.evaluation import scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.features import descriptors
from mnist_clustering.features.deskew import deskew
from mnist_clustering.model import fitted as model
from mnist_clustering.neighbors import nearest as neighbors
from mnist_clustering.sources import digits
from mnist_clustering.tsne import optimization as tsne
from mnist_clustering.tsne import placement, plans
from stages import bundle, parameters
from stages.workspace import set_params

ROOT = Path(__file__).parents[2]
K = 15
CANDIDATES = 60
PARAMS = {
    "bundle.strangeness_quantile": 0.99,
    # These digits were 8 x 8 pixels: pictures of them have sharper strokes.
    "bundle.drawn_quantile": 1,
    "bundle.fullness_quantile": 0.99,
    "neighbors.test_k": CANDIDATES,
    "tsne.test_neighbors": K,
}


def make(folder):
    """Leave all that the stages before `bundle` leave, and what `bundle` makes of it.

    Returns the folder, the images and labels, and what is expected of the test images.
    """
    parts = digits.load()
    train, test = parts["train_images"], parts["test_images"]
    blocks = [descriptors.Block("gradient", 40, 1.0), descriptors.Block("pixel", 30, 0.5)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        described, own = descriptors.fit_transform(train, blocks, deskewed=True, whiten=True)
        features = {"a": own, "b": descriptors.transform(test, described)}
        indices, distances = neighbors.nearest(features["a"], k=CANDIDATES)
        gradients = {
            part: distortion.gradient_images(deskew(images))
            for part, images in (("a", train), ("b", test))
        }
        ranked = distortion.rank(gradients["a"], gradients["a"], indices)
        near = ranked.first(45)
        start = plans.from_components(features["a"][:, :2], seed=0, jitter=0.01)
        phases = [tsne.Phase("early_exaggeration", 60, 12, 0.5), tsne.Phase("optimisation", 90, 4)]
        affinities = tsne.affinities(near.indices, near.distances, 15)
        embedding, _ = tsne.optimise(start, affinities, phases)
        fitted = kmeans.fit(snap(embedding), 22, n_init=5, max_iter=100, seed=0)
        edges = near.indices[:, :5]
        counts = merging.count_containment(fitted.labels, edges, edges, 22)
        clusters = merging.partition(merging.merge(counts, np.bincount(fitted.labels)), 11)
        named = scores.name_clusters(parts["train_labels"], clusters[fitted.labels], 11, 10)
        files.save_json(bundle.DATASET, {"form": "handwriting"})
        files.save_array(bundle.IMAGES, train)
        files.save_array(bundle.FEATURES, features["a"])
        files.save_array(bundle.DISTANCES, distances.astype(np.int32))
        files.save_array(bundle.CANDIDATES, indices)
        files.save_array(bundle.NEIGHBORS, near.indices)
        files.save_array(bundle.GRADIENTS, gradients["a"])
        files.save_array(bundle.MAP, embedding)
        files.save_json(bundle.NAMES, named)
        files.save_arrays(bundle.DESCRIPTOR, **descriptors.to_arrays(described))
        files.save_arrays(bundle.CLUSTERS, centres=fitted.centres, clusters=clusters)
        for name in (parameters.PARAMS, parameters.SCHEMA):
            shutil.copy(ROOT / name, folder)
        set_params(parameters.PARAMS, PARAMS)
        bundle.main()
    candidates, _ = neighbors.nearest(features["a"], features["b"], k=CANDIDATES)
    nearest = distortion.rank(gradients["b"], gradients["a"], candidates).first(K)
    positions = placement.place(embedding, nearest.indices)
    expected = model.Placed(
        positions,
        clusters[kmeans.assign(snap(positions), fitted.centres)],
        nearest.indices,
        nearest.distances,
        reasons=[],
        same=np.full(len(positions), -1),
    )
    return folder, parts, expected


def png(array, folder, name="digit.png", **options):
    Image.fromarray(array).save(folder / name, **options)
    return folder / name


def enlarged(image, side=140, margin=30, paper=0):
    grey = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))
    return np.pad(grey, margin, constant_values=paper)


def run_main(capsys, *words):
    """Run the command; return its status, standard output and standard error."""
    status = predict.main([str(word) for word in words])
    out, err = capsys.readouterr()
    return status, out, err
