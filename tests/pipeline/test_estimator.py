"""On the images of a finished run, the estimator gives the run's own model to the bit."""

import numpy as np
import yaml

from mnist_clustering import ImageClusters
from mnist_clustering.estimators import settings
from mnist_clustering.model import answers, fitting
from mnist_clustering.model import fitted as model


def test_the_same_model_as_the_stages(finished):
    folder, _ = finished
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    own = {
        section: {name: params[section][name] for name in values}
        for section, values in settings.DEFAULTS.items()
    }
    path = folder / "models/model.npz"
    expected = model.to_arrays(answers.load_model(path))
    images = np.load(folder / "data/split/train_images.npy")
    found = fitting.fit(images, "handwriting", params["recluster"]["k"], own, dataset="digits")
    made = model.to_arrays(found.model)
    assert made.keys() == expected.keys()
    # Only the pipeline knows labels.
    for name in made.keys() - {"names"}:
        assert made[name].dtype == expected[name].dtype, name
        assert np.array_equal(made[name], expected[name]), name
    assert np.array_equal(found.positions, np.load(folder / "data/tsne/2d/train.npy"))
    # The file of the pipeline is read as an estimator, which gives its predictions.
    loaded = ImageClusters.load(path)
    test = np.load(folder / "data/split/test_images.npy")
    assert np.array_equal(loaded.transform(test), np.load(folder / "data/tsne/2d/test.npy"))
    assert np.array_equal(loaded.labels_, found.clusters)
