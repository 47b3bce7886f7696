"""What the estimators share: all but how their input becomes images in form."""

import json
from abc import ABCMeta, abstractmethod
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
)
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from mnist_clustering import files, resources
from mnist_clustering.errors import InputError
from mnist_clustering.estimators import settings
from mnist_clustering.images.form import is_drawn
from mnist_clustering.model import fitted as model
from mnist_clustering.model import fitting


class Clusters(
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    ClusterMixin,
    BaseEstimator,
    metaclass=ABCMeta,
):
    """What the estimators share: all but how input becomes images in form."""

    # Whether it is for images; else it is for vectors.
    _drawn: bool
    n_clusters: int | str
    random_state: int | np.random.RandomState | None
    n_jobs: int | None

    def fit_transform(self, X: ArrayLike, y: Any = None) -> NDArray[np.float32]:
        """Fit, and return `embedding_`."""
        return self.fit(X).embedding_

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Place rows, as `fit` takes them, on the map, each by itself.

        Returns
        -------
        ndarray of float32, shape (m, 2)
            The median position of the ``test_neighbors`` nearest rows that the map was fitted to;
            one of these again has the position that it had.

        Raises
        ------
        InputError
            If they differ in kind from what was fitted.
        """
        return self._place(X)[0]

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the cluster of each row, shape (m,), at its position by `transform`."""
        return self._place(X)[1]

    def save(self, path: str | Path) -> None:
        """Write the fitted model as an archive of plain arrays (npz), which predict.py reads too.

        The same fit gives the same bytes.
        """
        check_is_fitted(self)
        # A generator cannot be kept in arrays; what it drew is in the model.
        params = {
            name: value if isinstance(value, int | float | str) else None
            for name, value in self.get_params().items()
        }
        more: dict[str, NDArray] = {
            "params": np.frombuffer(json.dumps(params).encode(), dtype=np.uint8),
            "positions": self.embedding_,
            "labels": self.labels_,
        }
        files.save_arrays(path, **model.to_arrays(self._model), **more, **self._own_arrays())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, or a model of the pipeline; nothing in the file is executed.

        Raises
        ------
        InputError
            If the file is no model, of another version, or of the other kind of data.
        """
        made, stored = model.read(path)
        if is_drawn(made.form) != cls._drawn:
            raise InputError(
                f"{path} is a model of {'images' if is_drawn(made.form) else 'vectors'}: load it "
                f"by {'ImageClusters' if is_drawn(made.form) else 'EmbeddingClusters'}"
            )
        try:
            given = json.loads(stored["params"].tobytes()) if "params" in stored else {}
            estimator = cls(**{"n_clusters": len(made.names)} | given)
        except (ValueError, TypeError) as error:
            raise InputError(f"{path} was saved by another version ({error}): fit anew") from None
        positions = stored.get("positions", made.embedding)
        labels = stored.get("labels", model.clusters_at(made, positions))
        estimator._restore(made, stored)
        return estimator._keep(fitting.Fitted(made, positions, labels))

    def _set_params(self, given: dict[str, Any]) -> None:
        """Keep what `__init__` was given, as scikit-learn wants it: unchecked."""
        for name in self._get_param_names():
            setattr(self, name, given[name])

    def _checked_params(self, n: int) -> dict[str, dict[str, Any]]:
        """Refuse what n rows do not allow; return the params of the pipeline."""
        params = self.get_params()
        if not isinstance(self.random_state, Integral):
            params["random_state"] = check_random_state(self.random_state).randint(2**31)
        settings.check(params, n)
        return settings.pipeline_params(params)

    def _fit(
        self, images: NDArray[np.uint8], form: str, dataset: str, params: dict[str, dict[str, Any]]
    ) -> fitting.Fitted:
        n_jobs = self._threads()
        return fitting.fit(images, form, self.n_clusters, params, dataset=dataset, n_jobs=n_jobs)

    def _keep(self, found: fitting.Fitted) -> Self:
        """Set the attributes of a fitted estimator."""
        self._model = found.model
        self.embedding_, self.labels_ = found.positions, found.clusters
        self.n_clusters_ = len(found.model.names)
        self._n_features_out = self.embedding_.shape[1]
        members = self.labels_ == np.arange(self.n_clusters_)[:, None]
        # A micro-cluster may be empty, where rows are alike.
        counts = np.maximum(members.sum(axis=1, keepdims=True), 1)
        sums = members.astype(np.float64) @ self.embedding_.astype(np.float64)
        self.cluster_centers_ = (sums / counts).astype(np.float32)
        return self

    def _place(self, X: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        check_is_fitted(self)
        placed = model.apply(self._model, self._in_form(X), self._threads())
        known = placed.same >= 0
        placed.positions[known] = self._model.embedding[placed.same[known]]
        return placed.positions, model.clusters_at(self._model, placed.positions)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        # A map is float32, whatever it is made of.
        tags.transformer_tags.preserves_dtype = []
        return tags

    @abstractmethod
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Cluster rows."""

    @abstractmethod
    def _in_form(self, X: ArrayLike) -> NDArray[np.uint8]:
        """Bring new rows into the form of the model."""

    def _own_arrays(self) -> dict[str, NDArray]:
        """Return what is kept beside the model."""
        return {}

    @abstractmethod
    def _restore(self, made: model.Model, stored: dict[str, NDArray]) -> None:
        """Set what `fit` found out of its input, from a file."""

    def _threads(self) -> int:
        if self.n_jobs in (None, -1):
            return resources.threads()
        if not isinstance(self.n_jobs, Integral) or self.n_jobs < 1:
            raise InputError(
                f"n_jobs is {self.n_jobs!r}, but it must be a number of threads, or None for all"
            )
        return int(self.n_jobs)
