"""Clusters of vectors."""

import warnings
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import validate_data

from mnist_clustering.errors import InputError
from mnist_clustering.estimators.base import Clusters
from mnist_clustering.exact.levels import Levels
from mnist_clustering.images import form
from mnist_clustering.images.form import EMBEDDING
from mnist_clustering.model import fitted as model


class EmbeddingClusters(Clusters):
    """Clusters of vectors that a network gives for pictures, texts or sounds.

    Vectors are rounded to 256 levels, reduced to principal components, mapped by t-SNE by their
    nearest neighbours, and divided on the map. All is computed in exact arithmetic or in a fixed
    order: any machine and any number of threads give the same bits. A new vector is placed by the
    fitted ones nearest to it, whatever others it comes with.

    Parameters
    ----------
    n_clusters : int or "auto", default 10
        With "auto", the number up to 20 that the silhouette prefers.
    components : int, default 50
        Principal components kept; at most a third of the vectors, and as many as they have numbers.
    perplexity, exaggeration, early_exaggeration, early_iterations, iterations
        As in `ImageClusters`.
    n_neighbors, test_neighbors, micro_clusters, random_state, n_jobs
        As in `ImageClusters`.

    Attributes
    ----------
    labels_, embedding_, n_clusters_, cluster_centers_
        As in `ImageClusters`.
    n_features_in_ : int
        Numbers of a vector.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.metrics import adjusted_rand_score
    >>> vectors, group = make_blobs(400, 8, centers=3, random_state=0)
    >>> model = EmbeddingClusters(n_clusters="auto").fit(vectors[:300])
    >>> model.n_clusters_
    3
    >>> adjusted_rand_score(group[300:], model.predict(vectors[300:]))
    1.0
    >>> model.transform(vectors[300:]).shape
    (100, 2)
    """

    _drawn = False

    def __init__(
        self,
        n_clusters: int | str = 10,
        *,
        components: int = 50,
        perplexity: float | str = "auto",
        exaggeration: float = 4,
        early_exaggeration: float = 12,
        early_iterations: int = 50,
        iterations: int = 100,
        n_neighbors: int = 150,
        test_neighbors: int = 5,
        micro_clusters: int = 100,
        random_state: int | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self._set_params(locals())

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Cluster vectors.

        Parameters
        ----------
        X : array-like, shape (n, d)
            Numbers, d at least 2.
        y : object, optional
            Not used.

        Returns
        -------
        EmbeddingClusters
            Itself.

        Raises
        ------
        ValueError
            If these are no finite vectors that differ, or if a parameter is not allowed.
        """
        vectors = self._vectors(X, reset=True)
        params = self._checked_params(len(vectors))
        try:
            levels = Levels.fit(vectors)
        except InputError as error:
            raise InputError(f"X {error}") from None
        if advice := form.about_spread(vectors):
            warnings.warn(f"of X, {advice}", stacklevel=2)
        found = self._fit(form.to_tiles(levels.round(vectors)), EMBEDDING, "vectors", params)
        return self._keep(found._replace(model=replace(found.model, levels=levels)))

    def _restore(self, made: model.Model, stored: dict[str, NDArray]) -> None:
        if made.levels is None:
            raise InputError("the model does not say how vectors were rounded: fit anew")
        self.n_features_in_ = len(made.levels.offset)

    def _in_form(self, X: ArrayLike) -> NDArray[np.uint8]:
        return model.to_tiles(self._model, self._vectors(X, reset=False))

    def _vectors(self, X: ArrayLike, reset: bool) -> NDArray[np.floating]:
        vectors: NDArray[np.floating] = validate_data(
            self,
            X,
            reset=reset,
            dtype=(np.float64, np.float32),
            ensure_all_finite=False,
            ensure_min_features=2 if reset else 1,
        )
        if bad := int((~np.isfinite(vectors)).any(axis=1).sum()):
            raise InputError(
                f"X has values that are no numbers (NaN, infinite) in {bad} of {len(vectors)} "
                "rows: leave these out"
            )
        return vectors
