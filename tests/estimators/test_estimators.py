"""What both estimators keep to: scikit-learn's rules, and those of this project."""

import json
import zipfile

import numpy as np
import pytest
import yaml
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dev.graph import ROOT
from mnist_clustering import EmbeddingClusters, ImageClusters
from mnist_clustering.errors import InputError
from mnist_clustering.estimators import settings
from mnist_clustering.model import answers
from mnist_clustering.model import fitted as model
from tests.estimators.conftest import BRIEF
from tests.support.real import FEW, PIXELS, TEST_IMAGES

VECTORS = PIXELS[:200] / 255
NEW = {"of_images": TEST_IMAGES[:8], "of_vectors": TEST_IMAGES[:8].reshape(8, -1) / 255}
SEEN = {"of_images": FEW, "of_vectors": VECTORS}
BOTH = pytest.mark.parametrize("name", ["of_images", "of_vectors"])


@parametrize_with_checks([EmbeddingClusters(early_iterations=2, iterations=3)])
def test_scikit_learn_finds_nothing(estimator, check):
    check(estimator)


def test_defaults_are_those_of_the_pipeline():
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for cls in (ImageClusters, EmbeddingClusters):
        chosen = settings.pipeline_params(cls().get_params())
        assert chosen == settings.DEFAULTS
        assert cls().n_clusters == params["recluster"]["k"]
    for section, values in settings.DEFAULTS.items():
        own = params[section]
        assert values.items() <= own.items(), section
        # What is left out is not of this route, or a block without weight.
        others = {"map_3d", "method", "train_size", "test_size", "k", "pixels_starts"}
        left = own.keys() - values.keys() - others
        assert not any(own[name] for name in left if name.endswith("_weight")), section
        assert all(name.endswith(("_weight", "_components")) for name in left), section


@BOTH
def test_rows_that_were_fitted_keep_their_place_and_others_have_one_each(name, request):
    found, new = request.getfixturevalue(name), NEW[name]
    assert np.array_equal(found.transform(SEEN[name]), found.embedding_)
    assert np.array_equal(found.predict(SEEN[name]), found.labels_)
    places = np.concatenate([found.transform(row[None]) for row in new])
    assert places.tobytes() == found.transform(new).tobytes()
    for cluster, centre in enumerate(found.cluster_centers_):
        own = found.embedding_[found.labels_ == cluster]
        assert np.allclose(centre, own.mean(axis=0), atol=1e-5)


@BOTH
def test_threads_and_whoever_asks_change_no_bit(name, request):
    found = request.getfixturevalue(name)
    again = clone(found).set_params(n_jobs=3)
    assert again.fit_transform(SEEN[name]).tobytes() == found.embedding_.tobytes()
    assert np.array_equal(again.labels_, found.labels_)
    other = clone(found).set_params(random_state=7).fit(SEEN[name])
    assert other.embedding_.tobytes() != found.embedding_.tobytes()


@BOTH
def test_a_saved_model_is_the_same_again(name, request, tmp_path):
    found = request.getfixturevalue(name)
    found.save(tmp_path / "a.npz")
    loaded = type(found).load(tmp_path / "a.npz")
    assert loaded.get_params() == found.get_params()
    assert loaded.predict(NEW[name]).tobytes() == found.predict(NEW[name]).tobytes()
    public = {key for key in vars(found) if key.endswith("_") and not key.startswith("_")}
    assert public <= vars(loaded).keys()
    for key in public:
        assert np.array_equal(getattr(loaded, key), getattr(found, key)), key
    loaded.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    # predict.py reads it too.
    assert answers.load_model(tmp_path / "a.npz").dataset in ("images", "vectors")


@BOTH
def test_files_that_are_no_such_model(name, request, tmp_path):
    found = request.getfixturevalue(name)
    path = tmp_path / "a.npz"
    other = {ImageClusters: EmbeddingClusters, EmbeddingClusters: ImageClusters}[type(found)]
    found.save(path)
    with pytest.raises(InputError, match=f"load it by {type(found).__name__}"):
        other.load(path)
    with np.load(path) as stored:
        arrays = dict(stored)
    later = json.loads(arrays["params"].tobytes()) | {"later": 1}
    text = np.frombuffer(json.dumps(later).encode(), dtype=np.uint8)
    np.savez(tmp_path / "later.npz", **arrays | {"params": text})
    np.savez(tmp_path / "layout.npz", **arrays | {"version": np.array(99)})
    np.savez(tmp_path / "pickled.npz", **arrays | {"names": np.array([{}])})
    (tmp_path / "cut.npz").write_bytes(path.read_bytes()[:900])
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as archive:
        archive.writestr("a.txt", "text")
    for file, words in {
        "later": "saved by another version",
        "layout": "layout 99",
        "pickled": "is not a fitted model",
        "cut": "is not a fitted model",
        "zip": "is not a fitted model",
        "none": "there is no file",
    }.items():
        with pytest.raises(InputError, match=words) as told:
            type(found).load(tmp_path / f"{file}.npz")
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"n_clusters": 0}, 'whole number from 1 to 200, or "auto"'),
        ({"n_clusters": "many"}, "n_clusters is 'many'"),
        ({"perplexity": 0.5}, "perplexity is 0.5, but it must be a number, at least 1"),
        ({"perplexity": 51}, "n_neighbors is 150, but it must be at least 153"),
        ({"iterations": True}, "iterations is True, but it must be a whole number"),
        ({"perplexity": float("nan")}, "perplexity is nan"),
    ],
)
def test_parameters_out_of_range(params, words):
    for cls, rows in ((ImageClusters, FEW), (EmbeddingClusters, VECTORS)):
        with pytest.raises(InputError, match=words):
            cls(**BRIEF | params).fit(rows)


def test_clusters_are_counted_where_no_number_is_given():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(4), 40)
    vectors = 9 * rng.normal(size=(4, 6))[groups] + rng.normal(size=(160, 6))
    found = EmbeddingClusters("auto", perplexity=10).fit(vectors)
    assert found.n_clusters_ == 4
    pairs = set(zip(groups.tolist(), found.labels_.tolist(), strict=True))
    assert len(pairs) == 4


def test_the_rest_is_placed_on_a_map_of_landmarks(monkeypatch):
    few = settings.DEFAULTS | {"split": {"landmarks": 150, "seed": 0}}
    monkeypatch.setattr(settings, "DEFAULTS", few)
    found = EmbeddingClusters(5, **BRIEF).fit(VECTORS)
    drawn = np.sort(np.random.default_rng(0).permutation(200)[:150])
    rest = np.setdiff1d(np.arange(200), drawn)
    assert found.embedding_.shape == (200, 2)
    assert np.array_equal(found._model.embedding, found.embedding_[drawn])
    placed = model.apply(found._model, model.to_tiles(found._model, VECTORS[rest]))
    assert np.array_equal(found.embedding_[rest], placed.positions)
    assert np.array_equal(found.labels_[rest], placed.clusters)
    assert np.array_equal(found.predict(VECTORS), found.labels_)


def test_a_pipeline_of_scikit_learn():
    steps = make_pipeline(StandardScaler(), EmbeddingClusters(4, **BRIEF))
    labels = steps.fit_predict(VECTORS)
    assert np.array_equal(steps.predict(VECTORS), labels)
    names = steps[:-1].fit(VECTORS).transform(VECTORS).shape, steps[-1].get_feature_names_out()
    assert names[1].tolist() == ["embeddingclusters0", "embeddingclusters1"]
