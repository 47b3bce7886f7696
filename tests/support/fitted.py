"""A model fitted to the small real digits of scikit-learn, and pictures of such digits."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

import predict
from mnist_clustering import files
from mnist_clustering.estimators import settings
from mnist_clustering.evaluation import scores
from mnist_clustering.model import fitted as model
from mnist_clustering.model import fitting
from tests.support.real import IMAGES, LABELS

ROOT = Path(__file__).parents[2]


def save(path, n=None, k=11):
    """Fit a model to the first n images or all, name its clusters, save it, and return it."""
    params = copy.deepcopy(dict(settings.DEFAULTS))
    params["neighbors"] |= {"k": 60, "test_k": 60}
    params["tsne"]["map_2d"] |= {"early_iterations": 40, "iterations": 60}
    # These digits were 8 x 8 pixels: pictures of them have sharper strokes.
    params["bundle"] |= {"strangeness_quantile": 0.99, "drawn_quantile": 1}
    found = fitting.fit(IMAGES[:n], "handwriting", k, params, dataset="digits", n_jobs=2)
    names = scores.name_clusters(LABELS[:n], found.clusters, k, 10)["one_to_one"]
    named = replace(found.model, names=names)
    files.save_arrays(path, **model.to_arrays(named))
    return named


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
