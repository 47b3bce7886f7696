"""Clusters of images of one size."""

import math
import warnings
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.estimators.base import Clusters
from mnist_clustering.images import arrays, checking, resizing
from mnist_clustering.images.form import FIELD, FRAME, HANDWRITING
from mnist_clustering.limits import AUTO
from mnist_clustering.model.fitted import Model

# Levels that 1 stands for in bytes and in floats up to 1.
_USUAL = (1.0, 255.0)
# Numbers that stay below this are levels of a few bits, as the 16 of scikit-learn's digits.
_FEW = 64


class ImageClusters(Clusters):
    """Clusters of images of one size, found without labels.

    Images are described by their strokes (gradients and concavities), compared by an image
    distortion model, mapped by t-SNE, and divided on the map. All is computed in exact arithmetic
    or in a fixed order: any machine and any number of threads give the same bits. A new image is
    placed by the fitted images nearest to it, whatever others it comes with.

    Parameters
    ----------
    n_clusters : int or "auto", default 10
        With "auto", the number up to 20 that the silhouette prefers.
    form : {"auto", "handwriting", "frame"}, default "auto"
        Handwriting is deskewed; images that are not 28 x 28 are brought into the form of MNIST's
        digits. For pictures of anything else, "frame", they are scaled and padded, from a plain
        background where most have one. "auto" asks a few of the images which they are.
    perplexity : float or "auto", default "auto"
        Effective number of neighbours of each image; at most an eighth of the images. With "auto",
        20, or for fewer than 20,000 images 5 or 20: whichever map's clusters hold more of the
        nearest images together.
    forward_weight : float, default 2
        Weight of how well an image is found in its neighbours; that of the reverse is 1.
    exaggeration : float, default 4
        Factor on the attractive forces of the map; 1 is plain t-SNE, for which 500 iterations are
        better.
    early_exaggeration, early_iterations, iterations : default 12, 50, 100
        Exaggeration of the first phase, and iterations of both.
    n_neighbors : int, default 150
        Candidates of each image, at least three times the perplexity.
    test_neighbors : int, default 5
        Fitted images that place a new one.
    micro_clusters : int, default 100
        Clusters of the map before they are merged; no fewer than ``n_clusters``, and at most a
        quarter of the images else.
    random_state : int, RandomState or None, default 0
        Seed of the initial noise and of the initializations of KMeans.
    n_jobs : int, optional
        Threads; by default one a core.

    Attributes
    ----------
    labels_ : ndarray of int32, shape (n,)
        Cluster of each image.
    embedding_ : ndarray of float32, shape (n, 2)
        The map.
    n_clusters_ : int
    cluster_centers_ : ndarray of float32, shape (n_clusters_, 2)
        Mean position of each cluster on the map.
    form_ : {"handwriting", "frame", "scene"}
        A scene is a frame without a plain background.
    n_features_in_ : int
        Pixels of an image.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.metrics import adjusted_rand_score
    >>> digits = load_digits(n_class=2)
    >>> model = ImageClusters(n_clusters=2, form="frame").fit(digits.images[:300])
    >>> model.embedding_.shape
    (300, 2)
    >>> adjusted_rand_score(digits.target[300:], model.predict(digits.images[300:]))
    1.0
    """

    form: str
    _drawn = True

    def __init__(
        self,
        n_clusters: int | str = 10,
        *,
        form: str = "auto",
        perplexity: float | str = "auto",
        forward_weight: float = 2,
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
        """Cluster images.

        Parameters
        ----------
        X : array-like, shape (n, height, width), (n, height, width, 1 or 3) or (n, side * side)
            Grey levels or colours: bytes, or other numbers from 0, such as floats up to 1 or 255.
        y : object, optional
            Not used.

        Returns
        -------
        ImageClusters
            Itself.

        Raises
        ------
        InputError
            If these are no images, if they are all alike, or if a parameter is not allowed.
        """
        if self.form not in (AUTO, HANDWRITING, FRAME):
            raise InputError(
                f'form is {self.form!r}, but it must be "auto", "handwriting" or "frame"'
            )
        values = _to_array(X)
        factor = _factor_of(values)
        images = _to_images(values, factor)
        params = self._checked_params(len(images))
        checking.check_content(images)
        self.form_ = resizing.guess_form(images) if self.form == AUTO else self.form
        self._set_shape(images.shape[1:], factor)
        paper = None
        if images.shape[1:] != (FIELD, FIELD):
            self.form_ = resizing.settle(self.form_, images)
            paper = resizing.paper_of(images)
        formed, note = _to_form(images, self.form_, paper)
        if note:
            warnings.warn(note, stacklevel=2)
        checking.check_content(formed)
        found = self._fit(formed, self.form_, "images", params)
        return self._keep(found._replace(model=replace(found.model, paper=paper)))

    def _set_shape(self, shape: tuple[int, ...], factor: float) -> None:
        self._shape, self._factor = shape, factor
        self.n_features_in_ = math.prod(shape)

    def _own_arrays(self) -> dict[str, NDArray]:
        return {
            "shape": np.array(self._shape),
            "factor": np.array(self._factor),
        }

    def _restore(self, made: Model, stored: dict[str, NDArray]) -> None:
        size = (FIELD, FIELD)
        shape = tuple(stored["shape"].tolist()) if "shape" in stored else size
        self._set_shape(shape, stored["factor"].item() if "factor" in stored else 1.0)
        self.form_ = made.form

    def _in_form(self, X: ArrayLike) -> NDArray[np.uint8]:
        values = _to_array(X)
        images = _to_images(values, self._factor_for(values))
        if images.shape[1:] != self._shape:
            height, width = self._shape
            raise InputError(
                f"X holds images of {images.shape[1]} x {images.shape[2]} pixels, but those fitted "
                f"had {height} x {width}: scale them, or fit anew"
            )
        return _to_form(images, self.form_, self._model.paper).images

    def _factor_for(self, values: NDArray[Any]) -> float:
        """Say what new numbers are multiplied by: what those fitted were, whatever came with them.

        Bytes, floats up to 1 and levels up to 255 stand for one another.
        """
        if values.dtype == np.uint8:
            return 1.0
        if self._factor not in _USUAL:
            return self._factor
        high = values.max()
        if high > 255:
            raise InputError(
                f"X has values up to {high:g}, but the images fitted had levels up to 255: scale "
                "it like these"
            )
        return 255.0 if high <= 1 else 1.0


def _to_form(images: NDArray[np.uint8], form: str, paper: int | None) -> resizing.Formed:
    """Bring images into form, unless they have its size already."""
    if images.shape[1:] == (FIELD, FIELD):
        return resizing.Formed(images, "")
    return resizing.all_to_form(images, form, paper)


def _factor_of(values: NDArray[Any]) -> float:
    """Find out what numbers are multiplied by to be grey levels; few levels are stretched."""
    try:
        factor = arrays.scale_of(arrays.in_blocks(values)).factor
    except InputError as error:
        raise InputError(f"X {error}") from None
    high = float(values.max())
    few = factor == 1 and values.dtype != np.uint8 and 0 < high < _FEW
    return 255 / high if few else factor


def _to_array(X: ArrayLike) -> NDArray[Any]:
    """Take images in any shape but one that leaves open how high they are."""
    try:
        values = np.asarray(X)
    except ValueError as error:
        raise InputError(f"X is no array of images of one size ({error})") from None
    if values.dtype.kind not in "buif":
        raise InputError(f"X holds {values.dtype}, but images are real numbers: give grey levels")
    if values.ndim < 2 or not values.size:
        raise InputError(
            f"X is of shape {values.shape}, but images are (n, height, width): give some"
        )
    if values.ndim == 2 and math.isqrt(values.shape[1]) ** 2 != values.shape[1]:
        raise InputError(
            f"X has rows of {values.shape[1]} pixels, which are no square: give images of shape "
            "(n, height, width)"
        )
    return values


def _to_images(values: NDArray[Any], factor: float) -> NDArray[np.uint8]:
    # Brighter ones than those fitted are white.
    held = values if values.dtype == np.uint8 else np.minimum(values, 255 / factor)
    try:
        return arrays.to_images(held, scale=arrays.Scale(factor))
    except InputError as error:
        raise InputError(f"X {error}") from None
